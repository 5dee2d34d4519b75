/** Training: courses, modules, assignments, starts, results, filters with answers, and group managers. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import {
  boolean,
  createTable,
  double,
  hash,
  id,
  integer,
  json,
  string,
  time,
  type ForeignKeyDescription,
} from "../src/platform/database/columns.js";

const parent = (
  name: string,
  column: string,
  table: string,
  onDelete: "CASCADE" | "RESTRICT" = "CASCADE",
): ForeignKeyDescription => ({ name, columns: [column], table, onDelete });

export class CreateTraining1764700000000 implements MigrationInterface {
  name = "CreateTraining1764700000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await createCourses(queryRunner);
    await createResults(queryRunner);
    await createFilters(queryRunner);
    await createGroupManagers(queryRunner);
    await grantTeamTraining(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await withdrawTeamTraining(queryRunner);
    for (const table of TABLES.toReversed()) await queryRunner.dropTable(table);
  }
}

/** In creation order. */
const TABLES = [
  "course",
  "module_course",
  "course_assignment",
  "training_start",
  "training_result",
  "training_result_child",
  "training_result_correction",
  "filter",
  "filter_answer",
  "user_answer",
  "group_manager",
];

async function createCourses(queryRunner: QueryRunner): Promise<void> {
  await createTable(queryRunner, "course", {
    columns: [
      id(),
      id("organization_id", { nullable: true }),
      string("kind", 20),
      string("title", 200),
      string("title_key", 200),
      string("description", 2000, { nullable: true }),
      string("external_id", 255, { nullable: true }),
      hash("external_key", { nullable: true }),
      double("pass_rate", { nullable: true }),
      time("archived_at", { nullable: true }),
      integer("version"),
      time("created_at"),
      time("updated_at"),
    ],
    primaryKey: ["id"],
    indices: [
      { name: "ux_course_external", columns: ["external_key"], unique: true },
      { name: "ix_course_order", columns: ["organization_id", "title_key", "id"] },
    ],
    foreignKeys: [parent("fk_course_organization", "organization_id", "organization")],
  });
  await createTable(queryRunner, "module_course", {
    columns: [id("module_id"), id("course_id"), integer("position")],
    primaryKey: ["module_id", "course_id"],
    indices: [{ name: "ix_module_course_course", columns: ["course_id"] }],
    foreignKeys: [
      parent("fk_module_course_module", "module_id", "course"),
      parent("fk_module_course_course", "course_id", "course"),
    ],
  });
  await createTable(queryRunner, "course_assignment", {
    columns: [id("group_id"), id("course_id"), id("organization_id"), time("assigned_at")],
    primaryKey: ["group_id", "course_id"],
    indices: [
      { name: "ix_course_assignment_course", columns: ["course_id", "group_id"] },
      { name: "ix_course_assignment_organization", columns: ["organization_id"] },
    ],
    foreignKeys: [
      parent("fk_course_assignment_group", "group_id", "user_group"),
      parent("fk_course_assignment_course", "course_id", "course"),
      parent("fk_course_assignment_organization", "organization_id", "organization"),
    ],
  });
}

async function createResults(queryRunner: QueryRunner): Promise<void> {
  await createTable(queryRunner, "training_start", {
    columns: [
      id(),
      id("organization_id"),
      id("user_id"),
      id("course_id"),
      id("module_id", { nullable: true }),
      integer("attempt"),
      hash("open_key", { nullable: true }),
      time("started_at"),
      time("completed_at", { nullable: true }),
    ],
    primaryKey: ["id"],
    indices: [
      { name: "ux_training_start_open", columns: ["open_key"], unique: true },
      { name: "ix_training_start_user", columns: ["organization_id", "user_id", "course_id"] },
      { name: "ix_training_start_person", columns: ["user_id"] },
      { name: "ix_training_start_course", columns: ["course_id"] },
    ],
    foreignKeys: [
      parent("fk_training_start_organization", "organization_id", "organization"),
      parent("fk_training_start_user", "user_id", "app_user"),
      parent("fk_training_start_course", "course_id", "course"),
    ],
  });
  await createTable(queryRunner, "training_result", {
    columns: [
      id(),
      id("organization_id"),
      id("user_id"),
      id("course_id"),
      string("kind", 20),
      integer("attempt"),
      string("external_id", 255, { nullable: true }),
      hash("external_key", { nullable: true }),
      hash("completion_key", { nullable: true }),
      double("score", { nullable: true }),
      double("maximum", { nullable: true }),
      double("percent", { nullable: true }),
      double("pass_rate", { nullable: true }),
      boolean("passed", { nullable: true }),
      time("started_at", { nullable: true }),
      time("completed_at"),
      time("recorded_at"),
      integer("version"),
    ],
    primaryKey: ["id"],
    indices: [
      { name: "ux_training_result_external", columns: ["external_key"], unique: true },
      { name: "ux_training_result_completion", columns: ["completion_key"], unique: true },
      { name: "ix_training_result_completed", columns: ["organization_id", "completed_at", "id"] },
      { name: "ix_training_result_user", columns: ["organization_id", "user_id", "completed_at", "id"] },
      { name: "ix_training_result_course", columns: ["organization_id", "course_id", "completed_at", "id"] },
      { name: "ix_training_result_passed", columns: ["organization_id", "passed", "completed_at", "id"] },
      {
        name: "ix_training_result_user_passed",
        columns: ["organization_id", "user_id", "passed", "completed_at", "id"],
      },
      {
        name: "ix_training_result_course_passed",
        columns: ["organization_id", "course_id", "passed", "completed_at", "id"],
      },
      {
        name: "ix_training_result_user_course",
        columns: ["organization_id", "user_id", "course_id", "completed_at", "id"],
      },
      { name: "ix_training_result_attempt", columns: ["user_id", "course_id", "attempt"] },
      { name: "ix_training_result_of_course", columns: ["course_id"] },
    ],
    foreignKeys: [
      parent("fk_training_result_organization", "organization_id", "organization"),
      parent("fk_training_result_user", "user_id", "app_user"),
      parent("fk_training_result_course", "course_id", "course", "RESTRICT"),
    ],
  });
  await createTable(queryRunner, "training_result_child", {
    columns: [id("module_result_id"), id("result_id"), integer("position")],
    primaryKey: ["module_result_id", "result_id"],
    indices: [{ name: "ix_training_result_child_result", columns: ["result_id"] }],
    foreignKeys: [
      parent("fk_training_result_child_module", "module_result_id", "training_result"),
      parent("fk_training_result_child_result", "result_id", "training_result"),
    ],
  });
  await createTable(queryRunner, "training_result_correction", {
    columns: [
      id(),
      id("result_id"),
      integer("version"),
      json("before_value"),
      json("after_value"),
      string("reason", 1000, { nullable: true }),
      string("cause_kind", 20),
      id("cause_actor", { nullable: true }),
      time("corrected_at"),
    ],
    primaryKey: ["id"],
    indices: [{ name: "ix_training_result_correction", columns: ["result_id", "version"] }],
    foreignKeys: [parent("fk_training_result_correction_result", "result_id", "training_result")],
  });
}

async function createFilters(queryRunner: QueryRunner): Promise<void> {
  await createTable(queryRunner, "filter", {
    columns: [
      id(),
      id("organization_id"),
      string("question", 500),
      hash("question_hash"),
      integer("position"),
      integer("version"),
      time("created_at"),
      time("updated_at"),
    ],
    primaryKey: ["id"],
    indices: [{ name: "ux_filter_question", columns: ["organization_id", "question_hash"], unique: true }],
    foreignKeys: [parent("fk_filter_organization", "organization_id", "organization")],
  });
  await createTable(queryRunner, "filter_answer", {
    columns: [id(), id("filter_id"), string("text", 200), integer("position")],
    primaryKey: ["id"],
    indices: [{ name: "ix_filter_answer_filter", columns: ["filter_id", "position"] }],
    foreignKeys: [parent("fk_filter_answer_filter", "filter_id", "filter")],
  });
  await createTable(queryRunner, "user_answer", {
    columns: [id("user_id"), id("filter_id"), id("answer_id"), id("organization_id")],
    primaryKey: ["user_id", "filter_id"],
    indices: [
      { name: "ix_user_answer_answer", columns: ["answer_id", "user_id"] },
      { name: "ix_user_answer_filter", columns: ["filter_id"] },
      { name: "ix_user_answer_organization", columns: ["organization_id"] },
    ],
    foreignKeys: [
      parent("fk_user_answer_user", "user_id", "app_user"),
      parent("fk_user_answer_filter", "filter_id", "filter"),
      parent("fk_user_answer_answer", "answer_id", "filter_answer"),
      parent("fk_user_answer_organization", "organization_id", "organization"),
    ],
  });
}

async function createGroupManagers(queryRunner: QueryRunner): Promise<void> {
  await createTable(queryRunner, "group_manager", {
    columns: [id("group_id"), id("user_id"), time("created_at")],
    primaryKey: ["group_id", "user_id"],
    indices: [{ name: "ix_group_manager_user", columns: ["user_id", "group_id"] }],
    foreignKeys: [
      parent("fk_group_manager_group", "group_id", "user_group"),
      parent("fk_group_manager_user", "user_id", "app_user"),
    ],
  });
}

const ALL_TRAINING = '["USERS_READ","GROUPS_READ","TRAINING_READ"]';
const TEAM_TRAINING = '["USERS_READ","GROUPS_READ","TEAM_TRAINING_READ"]';

/** Administrators hold every permission, and managers see only the training of their own people. */
async function grantTeamTraining(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(
    `UPDATE role SET permissions = REPLACE(permissions, '"TRAINING_READ",', '"TRAINING_READ","TEAM_TRAINING_READ",')
      WHERE built_in = 1 AND role_key = 'ADMIN'`,
  );
  await queryRunner.query(
    `UPDATE role SET permissions = '${TEAM_TRAINING}' WHERE built_in = 1 AND role_key = 'MANAGER'`,
  );
}

async function withdrawTeamTraining(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(
    `UPDATE role SET permissions = REPLACE(permissions, '"TEAM_TRAINING_READ",', '')
      WHERE built_in = 1 AND role_key = 'ADMIN'`,
  );
  await queryRunner.query(
    `UPDATE role SET permissions = '${ALL_TRAINING}' WHERE built_in = 1 AND role_key = 'MANAGER'`,
  );
}
