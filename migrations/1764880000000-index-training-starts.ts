/** Indices to list started trainings by time, of all courses or of one. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addIndex } from "../src/platform/database/columns.js";

const INDICES = [
  { name: "ix_training_start_order", columns: ["organization_id", "started_at", "id"] },
  { name: "ix_training_start_course_order", columns: ["organization_id", "course_id", "started_at", "id"] },
];

export class IndexTrainingStarts1764880000000 implements MigrationInterface {
  name = "IndexTrainingStarts1764880000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const index of INDICES) await addIndex(queryRunner, "training_start", index);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const { name } of INDICES.toReversed()) await queryRunner.dropIndex("training_start", name);
  }
}
