import type { Component } from "./component.js";

declare global {
  /** Marks a code step's component, as in `export default defineComponent({ async run({ steps, $ }) { … } })`. */
  var defineComponent: <C extends Component>(component: C) => C;
}

// Code steps call it without importing it. A second copy of this package finds it there.
globalThis.defineComponent ??= (component) => component;
