export type { Envelope } from "./emission.js";
export { type Emit, emit } from "./emit.js";
export type { Filter, Listener, ListenerContext, Target, WorkflowLike } from "./listener.js";
export type { Authorize, EmitOptions } from "./options.js";
