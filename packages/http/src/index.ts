export { type HttpOptions, http } from "./http.js";
export type { HttpRequest } from "./request.js";
