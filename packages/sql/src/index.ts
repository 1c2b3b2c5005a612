export type { SqlEvent } from "./event.js";
export type { Authorize, SqlOptions } from "./options.js";
export type { Column } from "./query.js";
export { type QueryResult, sql, type Warehouse } from "./sql.js";
