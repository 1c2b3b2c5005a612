// Three workflows in one file: the default export runs on the event, and the others when one before them emits.
export default defineComponent({
  async run({ steps, $ }) {
    const { id, lines } = steps.trigger.event.body;
    const total = lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
    $.send.emit({ id, total }, "priced");
  },
});

export const listeners = [
  {
    id: "invoice",
    emitter: "chain",
    event: "priced",
    component: defineComponent({
      async run({ steps, $ }) {
        const { id, total } = steps.trigger.event;
        $.send.http({ method: "POST", url: "[YOUR URL HERE]", data: { invoice: id, total } });
        $.send.emit({ raw_event: { invoice: id } });
      },
    }),
  },
  {
    id: "parcel",
    emitter: "invoice",
    component: defineComponent({
      async run({ steps, $ }) {
        $.send.http({ method: "POST", url: "[YOUR URL HERE]", data: { parcel: steps.trigger.event.invoice } });
      },
    }),
  },
];
