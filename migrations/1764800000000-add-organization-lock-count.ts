/** A column that a unit of work writes to lock an organization: a Galera cluster certifies written rows, not locked ones. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, integer } from "../src/platform/database/columns.js";

export class AddOrganizationLockCount1764800000000 implements MigrationInterface {
  name = "AddOrganizationLockCount1764800000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await addColumn(queryRunner, "organization", integer("lock_count", { default: 0 }));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropColumn("organization", "lock_count");
  }
}
