/** What Usher watches at a connection: what expires, failures in a row, and the claims that sign-ins used to bring. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, integer, json, string, time } from "../src/platform/database/columns.js";

const TABLE = "connection_health";
const COLUMNS = [
  json("expirations", { nullable: true }),
  integer("failures", { default: 0 }),
  integer("doubtful_failures", { default: 0 }),
  time("doubtful_since", { nullable: true }),
  integer("upkeep_failures", { default: 0 }),
  time("failing_since", { nullable: true }),
  string("failing_code", 64, { nullable: true }),
  json("claims", { nullable: true }),
];

export class AddConnectionWatch1764913000000 implements MigrationInterface {
  name = "AddConnectionWatch1764913000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const column of COLUMNS) await addColumn(queryRunner, TABLE, column);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const { name } of COLUMNS.toReversed()) await queryRunner.dropColumn(TABLE, name);
  }
}
