/**
 * Columns, indices and keys as migrations describe them for every dialect, and the decorators of the entities that match
 * them. `schemaDrift` reports a table that differs from its entity.
 *
 * | here                   | in an entity                                                             |
 * |------------------------|--------------------------------------------------------------------------|
 * | `id("x_id")`           | `@Column({ type: "varchar", length: 36 })`                               |
 * | `hash("x_hash")`       | `@Column({ type: "varchar", length: 64 })`                               |
 * | `string("x", 100)`     | `@Column({ type: "varchar", length: 100 })`                              |
 * | `text("x")`            | `@Column({ type: "text" })`, `mediumtext` on MySQL: 16 MiB               |
 * | `json("x")`            | the same: a repository writes JSON text and reads it with `toJson`       |
 * | `boolean("x")`         | `@Column({ type: "boolean" })`                                           |
 * | `integer("x")`         | `@Column({ type: "int" })`                                               |
 * | `double("x")`          | `@Column({ type: "double" })`                                            |
 * | `time("x")`            | `@Column({ type: "datetime", precision: 3 })`                            |
 * | a foreign key          | `@ForeignKey("XRow", { name, onDelete, onUpdate: "NO ACTION" })`         |
 * | an index               | `@Index("name", ["property"], { unique })` on the class                  |
 *
 * On MySQL, every text column is compared byte for byte. With the usual collations, `a`, `A` and `á` would be one key.
 * MySQL still ignores trailing spaces. So a key that must be exact is stored as a hash, and GraphQL refuses an id with
 * spaces around it.
 */
import { Table, TableColumn, TableForeignKey, TableIndex, type QueryRunner } from "typeorm";

/** The collation of every text column on MySQL and MariaDB. */
export const MYSQL_COLLATION = "utf8mb4_bin";

type Kind = "string" | "text" | "boolean" | "integer" | "double" | "time";

export interface ColumnOptions<Default = never> {
  /** `false` when left out. */
  readonly nullable?: boolean;
  /** The entity must have the same default. */
  readonly default?: Default;
}

/** A column of any dialect. */
export interface ColumnDescription {
  readonly name: string;
  readonly kind: Kind;
  /** In characters, for strings. */
  readonly length: number | null;
  readonly nullable: boolean;
  readonly default: string | number | boolean | null;
}

export interface IndexDescription {
  readonly name: string;
  readonly columns: readonly string[];
  readonly unique?: boolean;
}

export interface ForeignKeyDescription {
  readonly name: string;
  readonly columns: readonly string[];
  readonly table: string;
  /** The parent's columns; `id` when left out. */
  readonly references?: readonly string[];
  readonly onDelete: "CASCADE" | "SET NULL" | "RESTRICT" | "NO ACTION";
  /** `CASCADE` only if the parent's key changes, as the id of a session does. `NO ACTION` when left out. */
  readonly onUpdate?: "CASCADE" | "NO ACTION";
}

export interface TableDescription {
  readonly columns: readonly ColumnDescription[];
  /** The names of the primary key's columns, in order. */
  readonly primaryKey: readonly string[];
  readonly indices?: readonly IndexDescription[];
  readonly foreignKeys?: readonly ForeignKeyDescription[];
}

/** A UUID in its text form. */
export const id = (name = "id", options: ColumnOptions = {}) => string(name, 36, options);

/** A SHA-256 in hexadecimal. */
export const hash = (name: string, options: ColumnOptions = {}) => string(name, 64, options);

/** Text of at most `length` characters. Longer text is an error on MySQL, but SQLite stores it whole. */
export const string = (name: string, length: number, options: ColumnOptions<string> = {}) =>
  describe(name, "string", options, length);

/** Text of up to 16 MiB. */
export const text = (name: string, options: ColumnOptions = {}) => describe(name, "text", options);

/** JSON as text. */
export const json = (name: string, options: ColumnOptions = {}) => describe(name, "text", options);

export const boolean = (name: string, options: ColumnOptions<boolean> = {}) => describe(name, "boolean", options);

/** A whole number of 32 bits. */
export const integer = (name: string, options: ColumnOptions<number> = {}) => describe(name, "integer", options);

/** A floating-point number of 64 bits. */
export const double = (name: string, options: ColumnOptions = {}) => describe(name, "double", options);

/** A time in UTC with milliseconds. */
export const time = (name: string, options: ColumnOptions = {}) => describe(name, "time", options);

/** Creates a table with its keys and indices. `queryRunner.dropTable(name)` undoes it. */
export async function createTable(
  queryRunner: QueryRunner,
  name: string,
  description: TableDescription,
): Promise<void> {
  const { columns, primaryKey, indices = [], foreignKeys = [] } = description;
  const missing = primaryKey.filter((key) => !columns.some((column) => column.name === key));
  if (missing.length > 0)
    throw new Error(`The primary key of ${name} names columns that the table does not have: ${missing.join()}.`);
  await queryRunner.createTable(
    new Table({
      name,
      ...(isMysql(queryRunner) ? { engine: "InnoDB" } : {}),
      columns: columns.map((column) => toTableColumn(queryRunner, column, primaryKey.includes(column.name))),
      indices: indices.map(toTableIndex),
      foreignKeys: foreignKeys.map(toTableForeignKey),
    }),
  );
}

/** Adds a column. In a table with rows it must be nullable or have a default. `queryRunner.dropColumn` undoes it. */
export async function addColumn(queryRunner: QueryRunner, table: string, column: ColumnDescription): Promise<void> {
  await queryRunner.addColumn(table, toTableColumn(queryRunner, column, false));
}

/** Changes whether a column may be `null`. A call with the old description undoes the change. */
export async function changeColumn(queryRunner: QueryRunner, table: string, column: ColumnDescription): Promise<void> {
  await queryRunner.changeColumn(table, column.name, toTableColumn(queryRunner, column, false));
}

/** Adds an index. `queryRunner.dropIndex(table, name)` undoes it. */
export async function addIndex(queryRunner: QueryRunner, table: string, index: IndexDescription): Promise<void> {
  await queryRunner.createIndex(table, toTableIndex(index));
}

/** Adds a foreign key. `queryRunner.dropForeignKey(table, name)` undoes it. */
export async function addForeignKey(
  queryRunner: QueryRunner,
  table: string,
  key: ForeignKeyDescription,
): Promise<void> {
  await queryRunner.createForeignKey(table, toTableForeignKey(key));
}

function describe(
  name: string,
  kind: Kind,
  options: ColumnOptions<string | number | boolean>,
  length: number | null = null,
): ColumnDescription {
  return { name, kind, length, nullable: options.nullable ?? false, default: options.default ?? null };
}

function toTableColumn(queryRunner: QueryRunner, column: ColumnDescription, isPrimary: boolean): TableColumn {
  const isText = column.kind === "string" || column.kind === "text";
  const fallback = renderDefault(column.default);
  return new TableColumn({
    name: column.name,
    type: nameType(column.kind, isMysql(queryRunner)),
    isNullable: column.nullable,
    isPrimary,
    ...(column.length === null ? {} : { length: String(column.length) }),
    ...(column.kind === "time" ? { precision: 3 } : {}),
    ...(fallback === null ? {} : { default: fallback }),
    ...(isText && isMysql(queryRunner) ? { charset: "utf8mb4", collation: MYSQL_COLLATION } : {}),
  });
}

/** The names that TypeORM itself gives to the types, so that it sees no difference between a table and its entity. */
function nameType(kind: Kind, mysql: boolean): string {
  switch (kind) {
    case "string":
      return "varchar";
    case "text":
      return mysql ? "mediumtext" : "text";
    case "boolean":
      return mysql ? "tinyint" : "boolean";
    case "integer":
      return mysql ? "int" : "integer";
    case "double":
      return "double";
    case "time":
      return "datetime";
  }
}

function renderDefault(value: string | number | boolean | null): string | null {
  if (value === null) return null;
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "number") return String(value);
  // TypeORM does not escape the entity's default, so it would always see a difference.
  if (/['\\]/.test(value)) throw new Error("A default cannot contain a quote or a backslash.");
  return `'${value}'`;
}

function toTableIndex({ name, columns, unique = false }: IndexDescription): TableIndex {
  return new TableIndex({ name, columnNames: [...columns], isUnique: unique });
}

/** Without `onUpdate` the schema builder always sees a difference on MySQL. */
function toTableForeignKey({
  name,
  columns,
  table,
  references = ["id"],
  onDelete,
  onUpdate = "NO ACTION",
}: ForeignKeyDescription): TableForeignKey {
  return new TableForeignKey({
    name,
    columnNames: [...columns],
    referencedTableName: table,
    referencedColumnNames: [...references],
    onDelete,
    onUpdate,
  });
}

function isMysql(queryRunner: QueryRunner): boolean {
  return queryRunner.dataSource.options.type !== "better-sqlite3";
}
