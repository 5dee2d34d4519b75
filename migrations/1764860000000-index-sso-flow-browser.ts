/** An index to find the sign-ins under way of a browser when it begins another. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addIndex } from "../src/platform/database/columns.js";

export class IndexSsoFlowBrowser1764860000000 implements MigrationInterface {
  name = "IndexSsoFlowBrowser1764860000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await addIndex(queryRunner, "sso_flow", { name: "ix_sso_flow_browser", columns: ["browser_hash"] });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropIndex("sso_flow", "ix_sso_flow_browser");
  }
}
