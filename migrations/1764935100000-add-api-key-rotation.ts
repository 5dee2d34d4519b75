/** The replaced secret of an API key, its maker, its last use, and whether its administrators know that it expires. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, addIndex, hash, id, time } from "../src/platform/database/columns.js";

const nullable = { nullable: true };
const COLUMNS = [
  hash("previous_token_hash", nullable),
  time("previous_ends_at", nullable),
  id("maker_id", nullable),
  time("last_used_at", nullable),
  time("expiry_warned_at", nullable),
];
const INDEX = { name: "ux_api_key_previous_token", columns: ["previous_token_hash"], unique: true };

export class AddApiKeyRotation1764935100000 implements MigrationInterface {
  name = "AddApiKeyRotation1764935100000";

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const column of COLUMNS) await addColumn(queryRunner, "api_key", column);
    await addIndex(queryRunner, "api_key", INDEX);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropIndex("api_key", INDEX.name);
    for (const { name } of COLUMNS) await queryRunner.dropColumn("api_key", name);
  }
}
