/** Keys by which a provisioning directory finds a person who signed in before the directory named them. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumn, addIndex, hash } from "../src/platform/database/columns.js";

export class AddIdentityDirectoryKeys1764920100000 implements MigrationInterface {
  name = "AddIdentityDirectoryKeys1764920100000";

  async up(queryRunner: QueryRunner): Promise<void> {
    // A link that is older gets them at the person's next sign-in.
    await addColumn(queryRunner, "identity", hash("external_hash", { nullable: true }));
    await addColumn(queryRunner, "identity", hash("name_hash", { nullable: true }));
    await addIndex(queryRunner, "identity", {
      name: "ix_identity_external",
      columns: ["connection_id", "external_hash"],
    });
    await addIndex(queryRunner, "identity", { name: "ix_identity_name", columns: ["connection_id", "name_hash"] });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropIndex("identity", "ix_identity_name");
    await queryRunner.dropIndex("identity", "ix_identity_external");
    await queryRunner.dropColumn("identity", "name_hash");
    await queryRunner.dropColumn("identity", "external_hash");
  }
}
