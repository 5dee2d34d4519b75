/** How the person authenticated at the provider, with each session and each sign-in attempt. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, string, time } from "../src/platform/database/columns.js";

const TABLES = ["user_session", "sign_in_attempt"];
const nullable = { nullable: true };
const COLUMNS = [string("acr", 255, nullable), string("amr", 600, nullable), time("auth_time", nullable)];

export class AddAuthentication1764917000000 implements MigrationInterface {
  name = "AddAuthentication1764917000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const table of TABLES) for (const column of COLUMNS) await addColumn(queryRunner, table, column);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of TABLES) for (const { name } of COLUMNS) await queryRunner.dropColumn(table, name);
  }
}
