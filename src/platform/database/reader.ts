/** The part that the readers of all dialects share. */
import type { Reader } from "./database.js";

/** Makes `row` out of `rows`. */
export function readFirst(rows: Reader["rows"]): Reader["row"] {
  return async <Row>(...query: Parameters<Reader["rows"]>) => (await rows<Row>(...query))[0];
}
