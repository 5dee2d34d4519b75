/** A small schema with every kind of column, for the tests of migrations, values and collations. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn, type MigrationInterface, type QueryRunner } from "typeorm";
import {
  addColumn,
  addIndex,
  boolean,
  createTable,
  hash,
  id,
  integer,
  json,
  string,
  text,
  time,
} from "../../../src/platform/database/columns.js";

@Entity("author")
@Index("ux_author_name", ["nameKey"], { unique: true })
@Index("ix_author_born", ["country", "bornAt"])
export class AuthorRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  @Column({ name: "name_key", type: "varchar", length: 100 })
  nameKey!: string;

  @Column({ type: "varchar", length: 20, default: "unknown" })
  country!: string;

  @Column({ name: "born_at", type: "datetime", precision: 3, nullable: true })
  bornAt!: Date | null;

  @Column({ type: "varchar", length: 32, nullable: true })
  phone!: string | null;
}

@Entity("book")
export class BookRow {
  @PrimaryColumn({ name: "author_id", type: "varchar", length: 36 })
  @ForeignKey("AuthorRow", { name: "fk_book_author", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  authorId!: string;

  @PrimaryColumn({ type: "int" })
  number!: number;

  @Column({ name: "text_hash", type: "varchar", length: 64, nullable: true })
  textHash!: string | null;

  @Column({ type: "boolean", default: false })
  printed!: boolean;

  @Column({ type: "int", default: 0 })
  pages!: number;

  @Column({ type: "text", nullable: true })
  body!: string | null;

  @Column({ type: "text", nullable: true })
  notes!: string | null;

  @Column({ name: "written_at", type: "datetime", precision: 3 })
  writtenAt!: Date;

  @Column({ name: "sequel_of", type: "varchar", length: 36, nullable: true })
  @ForeignKey("AuthorRow", { name: "fk_book_sequel", onDelete: "SET NULL", onUpdate: "NO ACTION" })
  sequelOf!: string | null;
}

class CreateLibrary1700000000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner) {
    await createTable(queryRunner, "author", {
      columns: [
        id(),
        string("name_key", 100),
        string("country", 20, { default: "unknown" }),
        time("born_at", { nullable: true }),
      ],
      primaryKey: ["id"],
      indices: [
        { name: "ux_author_name", columns: ["name_key"], unique: true },
        { name: "ix_author_born", columns: ["country", "born_at"] },
      ],
    });
    await createTable(queryRunner, "book", {
      columns: [
        id("author_id"),
        integer("number"),
        hash("text_hash", { nullable: true }),
        boolean("printed", { default: false }),
        integer("pages", { default: 0 }),
        text("body", { nullable: true }),
        json("notes", { nullable: true }),
        time("written_at"),
        id("sequel_of", { nullable: true }),
      ],
      primaryKey: ["author_id", "number"],
      foreignKeys: [
        { name: "fk_book_author", columns: ["author_id"], table: "author", onDelete: "CASCADE" },
        { name: "fk_book_sequel", columns: ["sequel_of"], table: "author", onDelete: "SET NULL" },
      ],
    });
  }

  async down(queryRunner: QueryRunner) {
    await queryRunner.dropTable("book");
    await queryRunner.dropTable("author");
  }
}

/** Changes the parent table, which SQLite rebuilds. */
class AddPhone1700000000002 implements MigrationInterface {
  async up(queryRunner: QueryRunner) {
    await addColumn(queryRunner, "author", string("phone", 32, { nullable: true }));
    await addIndex(queryRunner, "author", { name: "ix_author_phone", columns: ["phone"] });
    await queryRunner.dropIndex("author", "ix_author_phone");
  }

  async down(queryRunner: QueryRunner) {
    await queryRunner.dropColumn("author", "phone");
  }
}

export const library = {
  entities: [AuthorRow, BookRow],
  migrations: [CreateLibrary1700000000001, AddPhone1700000000002],
};
