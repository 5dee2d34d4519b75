/** Second factors, recovery codes and waiting sign-ins of operators, beside those of accounts; links that remove factors. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import {
  addColumn,
  addForeignKey,
  addIndex,
  boolean,
  changeColumn,
  createTable,
  hash,
  id,
  time,
  type ForeignKeyDescription,
} from "../src/platform/database/columns.js";

const HELD_TABLES = ["second_factor", "pending_sign_in"] as const;

const ofUser = (table: string): ForeignKeyDescription => ({
  name: `fk_${table}_user`,
  columns: ["user_id"],
  table: "app_user",
  onDelete: "CASCADE",
});

const ofOperator = (table: string): ForeignKeyDescription => ({
  name: `fk_${table}_operator`,
  columns: ["operator_id"],
  table: "operator_account",
  onDelete: "CASCADE",
});

export class AddOperatorFactors1764939000000 implements MigrationInterface {
  name = "AddOperatorFactors1764939000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const table of HELD_TABLES) {
      await changeColumn(queryRunner, table, id("user_id", { nullable: true }));
      await addColumn(queryRunner, table, id("operator_id", { nullable: true }));
      await addIndex(queryRunner, table, { name: `ix_${table}_operator`, columns: ["operator_id"] });
      await addForeignKey(queryRunner, table, ofOperator(table));
    }
    // The account was a part of the primary key, which cannot be null.
    await renewCodes(queryRunner, () =>
      createTable(queryRunner, "recovery_code", {
        columns: [
          hash("code_hash"),
          id("user_id", { nullable: true }),
          id("operator_id", { nullable: true }),
          time("created_at"),
        ],
        primaryKey: ["code_hash"],
        indices: [
          { name: "ix_recovery_code_user", columns: ["user_id"] },
          { name: "ix_recovery_code_operator", columns: ["operator_id"] },
        ],
        foreignKeys: [ofUser("recovery_code"), ofOperator("recovery_code")],
      }),
    );
    await addColumn(queryRunner, "operator_link", boolean("removes_factors", { default: false }));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropColumn("operator_link", "removes_factors");
    for (const table of ["recovery_code", ...HELD_TABLES])
      await queryRunner.query(`DELETE FROM ${table} WHERE user_id IS NULL`);
    await renewCodes(queryRunner, () =>
      createTable(queryRunner, "recovery_code", {
        columns: [id("user_id"), hash("code_hash"), time("created_at")],
        primaryKey: ["user_id", "code_hash"],
        indices: [],
        foreignKeys: [ofUser("recovery_code")],
      }),
    );
    for (const table of HELD_TABLES) {
      await queryRunner.dropForeignKey(table, `fk_${table}_operator`);
      await queryRunner.dropIndex(table, `ix_${table}_operator`);
      await queryRunner.dropColumn(table, "operator_id");
      await changeColumn(queryRunner, table, id("user_id"));
    }
  }
}

/** Makes the table of recovery codes anew, and keeps the codes of accounts. */
async function renewCodes(queryRunner: QueryRunner, create: () => Promise<void>): Promise<void> {
  await createTable(queryRunner, "recovery_code_kept", {
    columns: [id("user_id"), hash("code_hash"), time("created_at")],
    primaryKey: ["user_id", "code_hash"],
  });
  const columns = "user_id, code_hash, created_at";
  await queryRunner.query(`INSERT INTO recovery_code_kept (${columns}) SELECT ${columns} FROM recovery_code`);
  // Not `dropTable`, which looks for the table first and fails in a start after a kill.
  await queryRunner.query("DROP TABLE recovery_code");
  await create();
  await queryRunner.query(`INSERT INTO recovery_code (${columns}) SELECT ${columns} FROM recovery_code_kept`);
  await queryRunner.query("DROP TABLE recovery_code_kept");
}
