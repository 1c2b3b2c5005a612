export type { SseEvent } from "./event.js";
export type { Authorize, CorsOptions, SseOptions } from "./options.js";
export { type Sse, sse } from "./sse.js";
export { type ReceivedEvent, type SubscribeOptions, subscribe } from "./subscribe.js";
