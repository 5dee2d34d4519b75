/** The part of better-sqlite3 that is used here. The package has no types. */
declare module "better-sqlite3" {
  export interface Statement {
    /** Whether the statement returns rows. */
    readonly reader: boolean;
    all(...parameters: unknown[]): unknown[];
    /** Makes the statement return rows as lists of values. */
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
