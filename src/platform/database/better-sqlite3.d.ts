/** The part of better-sqlite3 that is used here; the package brings no types of its own. */
declare module "better-sqlite3" {
  export interface Statement {
    /** Whether it answers rows. */
    readonly reader: boolean;
    all(...parameters: unknown[]): unknown[];
    /** From here on, rows are lists of values. */
    raw(): this;
    get(...parameters: unknown[]): unknown;
    run(...parameters: unknown[]): { changes: number; lastInsertRowid: number | bigint };
  }

  export default class Database {
    constructor(path: string, options?: { readonly?: boolean; fileMustExist?: boolean; timeout?: number });
    /** Whether a transaction is open on this connection. */
    readonly inTransaction: boolean;
    prepare(sql: string): Statement;
    exec(sql: string): this;
    pragma(text: string, options?: { simple?: boolean }): unknown;
    close(): this;
  }
}
