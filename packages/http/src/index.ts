export { http } from "./http.js";
export type { HttpOptions } from "./options.js";
export type { HttpRequest } from "./request.js";
export type { Secret, SignOptions } from "./sign.js";
