/** Indices on the subject of events, audit entries and attempts, for the erasure of a person. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addIndex } from "../src/platform/database/columns.js";

const INDICES = [
  { table: "event", name: "ix_event_subject", columns: ["subject_id"] },
  { table: "audit_entry", name: "ix_audit_entry_subject", columns: ["subject_id"] },
  { table: "sign_in_attempt", name: "ix_sign_in_attempt_user", columns: ["user_id"] },
];

export class IndexSubjects1764600000000 implements MigrationInterface {
  name = "IndexSubjects1764600000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const { table, ...index } of INDICES) await addIndex(queryRunner, table, index);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const { table, name } of INDICES.toReversed()) await queryRunner.dropIndex(table, name);
  }
}
