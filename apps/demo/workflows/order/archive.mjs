export default defineComponent({
  async run({ steps, $ }) {
    $.send.http({ method: "POST", url: "[YOUR URL HERE]", data: { step: "archive", of: steps.prices.total } });
    console.log("archived, but the archive is full");
    throw new Error("no room in the archive");
  },
});
