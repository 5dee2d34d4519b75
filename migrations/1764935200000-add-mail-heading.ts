/** The heading of a message's HTML, and an index to list the messages of an organization. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, addIndex, string } from "../src/platform/database/columns.js";

const HEADING = string("heading", 200, { nullable: true });
const INDEX = { name: "ix_mail_message_organization", columns: ["organization_id", "id"] };

export class AddMailHeading1764935200000 implements MigrationInterface {
  name = "AddMailHeading1764935200000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await addColumn(queryRunner, "mail_message", HEADING);
    await addIndex(queryRunner, "mail_message", INDEX);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropIndex("mail_message", INDEX.name);
    await queryRunner.dropColumn("mail_message", HEADING.name);
  }
}
