export type { Network } from "./addresses.js";
export { http } from "./http.js";
export type { HttpOptions, TlsOptions } from "./options.js";
export type { HttpRequest } from "./request.js";
export type { Secret, SignOptions } from "./sign.js";
