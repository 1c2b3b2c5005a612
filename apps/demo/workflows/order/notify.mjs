export default {
  name: "Notify",
  key: "notify",
  version: "0.0.1",
  type: "action",
  props: {
    currency: { type: "string", default: "USD" },
  },
  async run({ steps, $ }) {
    const text = `${steps.prices.$return_value} lines for ${steps.prices.total} ${this.currency}`;
    $.send.http({ method: "POST", url: "[YOUR URL HERE]", data: { step: "notify", text } });
    $.export("$summary", `Told the shop of ${text}`);
    await $.respond({ status: 202, body: { accepted: true } });
  },
};
