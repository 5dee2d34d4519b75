/** The first tables: organizations and their people, connections and identities, sign-ins, events and audit. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import {
  boolean,
  createTable,
  hash,
  id,
  integer,
  json,
  string,
  time,
  type ForeignKeyDescription,
} from "../src/platform/database/columns.js";

const cascade = (name: string, column: string, table: string): ForeignKeyDescription => ({
  name,
  columns: [column],
  table,
  onDelete: "CASCADE",
});

export class CreateFoundation1764000000000 implements MigrationInterface {
  name = "CreateFoundation1764000000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await createPeople(queryRunner);
    await createLogs(queryRunner);
    await createConnections(queryRunner);
    await createSignIn(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of TABLES.toReversed()) await queryRunner.dropTable(table);
  }
}

/** In creation order: a table comes after those that it refers to. */
const TABLES = [
  "organization",
  "role",
  "app_user",
  "membership",
  "membership_role",
  "user_session",
  "api_key",
  "event",
  "event_counter",
  "audit_entry",
  "sso_connection",
  "connection_health",
  "identity",
  "sso_flow",
  "sso_replay",
  "sign_in_attempt",
];

async function createPeople(queryRunner: QueryRunner): Promise<void> {
  await createTable(queryRunner, "organization", {
    columns: [
      id(),
      string("name", 200),
      string("slug", 63),
      string("time_zone", 64),
      string("landing_url", 2000, { nullable: true }),
      string("support_contact", 500, { nullable: true }),
      boolean("sso_allowed"),
      json("policies"),
      integer("version"),
      time("created_at"),
      time("updated_at"),
    ],
    primaryKey: ["id"],
    indices: [{ name: "ux_organization_slug", columns: ["slug"], unique: true }],
  });
  await createTable(queryRunner, "role", {
    columns: [
      id(),
      id("organization_id"),
      string("role_key", 64),
      string("name", 200),
      integer("role_rank"),
      json("permissions"),
      boolean("built_in"),
    ],
    primaryKey: ["id"],
    indices: [{ name: "ux_role_key", columns: ["organization_id", "role_key"], unique: true }],
    foreignKeys: [cascade("fk_role_organization", "organization_id", "organization")],
  });
  await createTable(queryRunner, "app_user", {
    columns: [
      id(),
      id("home_organization_id"),
      string("email", 254),
      string("email_key", 254),
      string("login_email_key", 254, { nullable: true }),
      string("username", 254, { nullable: true }),
      string("first_name", 200),
      string("first_name_key", 200),
      string("last_name", 200),
      string("last_name_key", 200),
      string("full_name", 400),
      string("employee_id", 200, { nullable: true }),
      string("status", 20),
      string("auth_method", 20),
      time("first_signed_in_at", { nullable: true }),
      time("last_signed_in_at", { nullable: true }),
      integer("version"),
      time("created_at"),
      time("updated_at"),
    ],
    primaryKey: ["id"],
    indices: [
      { name: "ux_app_user_login_email", columns: ["login_email_key"], unique: true },
      { name: "ix_app_user_email", columns: ["home_organization_id", "email_key"] },
    ],
    foreignKeys: [cascade("fk_app_user_home", "home_organization_id", "organization")],
  });
  await createTable(queryRunner, "membership", {
    columns: [id("organization_id"), id("user_id"), time("created_at")],
    primaryKey: ["organization_id", "user_id"],
    indices: [{ name: "ix_membership_user", columns: ["user_id"] }],
    foreignKeys: [
      cascade("fk_membership_organization", "organization_id", "organization"),
      cascade("fk_membership_user", "user_id", "app_user"),
    ],
  });
  await createTable(queryRunner, "membership_role", {
    columns: [id("organization_id"), id("user_id"), id("role_id"), string("source_kind", 20), time("created_at")],
    primaryKey: ["organization_id", "user_id", "role_id"],
    indices: [
      { name: "ix_membership_role_user", columns: ["user_id"] },
      { name: "ix_membership_role_role", columns: ["role_id"] },
    ],
    foreignKeys: [
      cascade("fk_membership_role_organization", "organization_id", "organization"),
      cascade("fk_membership_role_user", "user_id", "app_user"),
      cascade("fk_membership_role_role", "role_id", "role"),
    ],
  });
  await createTable(queryRunner, "user_session", {
    columns: [
      id(),
      hash("token_hash"),
      id("user_id"),
      id("organization_id"),
      id("connection_id", { nullable: true }),
      string("address", 64, { nullable: true }),
      string("user_agent", 400, { nullable: true }),
      time("created_at"),
      time("expires_at"),
    ],
    primaryKey: ["id"],
    indices: [
      { name: "ux_user_session_token", columns: ["token_hash"], unique: true },
      { name: "ix_user_session_user", columns: ["user_id"] },
      { name: "ix_user_session_connection", columns: ["connection_id"] },
      { name: "ix_user_session_expiry", columns: ["expires_at"] },
    ],
    foreignKeys: [cascade("fk_user_session_user", "user_id", "app_user")],
  });
  await createTable(queryRunner, "api_key", {
    columns: [
      id(),
      id("organization_id", { nullable: true }),
      string("name", 200),
      hash("token_hash"),
      json("scopes"),
      time("created_at"),
      time("expires_at", { nullable: true }),
      time("revoked_at", { nullable: true }),
    ],
    primaryKey: ["id"],
    indices: [
      { name: "ux_api_key_token", columns: ["token_hash"], unique: true },
      { name: "ix_api_key_organization", columns: ["organization_id"] },
    ],
    foreignKeys: [cascade("fk_api_key_organization", "organization_id", "organization")],
  });
}

async function createLogs(queryRunner: QueryRunner): Promise<void> {
  await createTable(queryRunner, "event", {
    columns: [
      id(),
      id("organization_id"),
      integer("sequence"),
      string("type", 64),
      time("occurred_at"),
      string("subject_type", 20),
      id("subject_id"),
      integer("subject_version"),
      string("cause_kind", 20),
      id("cause_actor", { nullable: true }),
      json("data"),
    ],
    primaryKey: ["id"],
    indices: [
      { name: "ux_event_sequence", columns: ["organization_id", "sequence"], unique: true },
      { name: "ix_event_type", columns: ["organization_id", "type", "sequence"] },
    ],
    foreignKeys: [cascade("fk_event_organization", "organization_id", "organization")],
  });
  await createTable(queryRunner, "event_counter", {
    columns: [id("organization_id"), integer("last_sequence")],
    primaryKey: ["organization_id"],
    foreignKeys: [cascade("fk_event_counter_organization", "organization_id", "organization")],
  });
  await createTable(queryRunner, "audit_entry", {
    columns: [
      id(),
      id("organization_id", { nullable: true }),
      string("action", 64),
      string("actor_kind", 20),
      id("actor_id", { nullable: true }),
      string("subject_type", 40),
      id("subject_id"),
      json("before_value", { nullable: true }),
      json("after_value", { nullable: true }),
      time("occurred_at"),
    ],
    primaryKey: ["id"],
    indices: [{ name: "ix_audit_entry_organization", columns: ["organization_id", "occurred_at", "id"] }],
  });
}

async function createConnections(queryRunner: QueryRunner): Promise<void> {
  await createTable(queryRunner, "sso_connection", {
    columns: [
      id(),
      id("organization_id"),
      string("display_name", 100),
      string("type", 64),
      string("state", 20),
      json("settings"),
      json("secrets"),
      integer("settings_version"),
      json("policies"),
      integer("version"),
      integer("trust_version"),
      time("first_activated_at", { nullable: true }),
      time("created_at"),
      time("updated_at"),
    ],
    primaryKey: ["id"],
    indices: [{ name: "ix_sso_connection_organization", columns: ["organization_id", "created_at", "id"] }],
    foreignKeys: [cascade("fk_sso_connection_organization", "organization_id", "organization")],
  });
  await createTable(queryRunner, "connection_health", {
    columns: [
      id("connection_id"),
      time("last_tested_at", { nullable: true }),
      json("last_findings", { nullable: true }),
      time("last_succeeded_at", { nullable: true }),
      time("last_failed_at", { nullable: true }),
      string("last_failure_code", 64, { nullable: true }),
    ],
    primaryKey: ["connection_id"],
    foreignKeys: [cascade("fk_connection_health_connection", "connection_id", "sso_connection")],
  });
  await createTable(queryRunner, "identity", {
    columns: [
      id(),
      hash("key_hash"),
      id("connection_id"),
      id("user_id"),
      string("issuer", 512),
      string("subject", 512),
      string("email_key", 254, { nullable: true }),
      time("created_at"),
      time("last_signed_in_at", { nullable: true }),
    ],
    primaryKey: ["id"],
    indices: [
      { name: "ux_identity_key", columns: ["key_hash"], unique: true },
      { name: "ix_identity_user", columns: ["user_id"] },
      { name: "ix_identity_email", columns: ["connection_id", "email_key"] },
    ],
    foreignKeys: [
      cascade("fk_identity_connection", "connection_id", "sso_connection"),
      cascade("fk_identity_user", "user_id", "app_user"),
    ],
  });
}

async function createSignIn(queryRunner: QueryRunner): Promise<void> {
  await createTable(queryRunner, "sso_flow", {
    columns: [
      hash("state_hash"),
      id("connection_id"),
      integer("trust_version"),
      hash("browser_hash"),
      hash("request_id_hash", { nullable: true }),
      json("payload"),
      time("created_at"),
      time("expires_at"),
      time("consumed_at", { nullable: true }),
    ],
    primaryKey: ["state_hash"],
    indices: [
      { name: "ix_sso_flow_request", columns: ["connection_id", "request_id_hash"] },
      { name: "ix_sso_flow_expiry", columns: ["expires_at"] },
    ],
    foreignKeys: [cascade("fk_sso_flow_connection", "connection_id", "sso_connection")],
  });
  await createTable(queryRunner, "sso_replay", {
    columns: [id("connection_id"), string("kind", 16), hash("id_hash"), time("expires_at")],
    primaryKey: ["connection_id", "kind", "id_hash"],
    indices: [{ name: "ix_sso_replay_expiry", columns: ["expires_at"] }],
  });
  await createTable(queryRunner, "sign_in_attempt", {
    columns: [
      id(),
      string("reference", 20),
      id("organization_id"),
      id("connection_id", { nullable: true }),
      id("user_id", { nullable: true }),
      string("outcome", 64),
      string("detail", 2000, { nullable: true }),
      json("steps"),
      string("issuer", 512, { nullable: true }),
      string("subject", 512, { nullable: true }),
      string("email", 254, { nullable: true }),
      string("authentication_methods", 500, { nullable: true }),
      string("address", 64, { nullable: true }),
      string("user_agent", 400, { nullable: true }),
      time("occurred_at"),
    ],
    primaryKey: ["id"],
    indices: [
      { name: "ix_sign_in_attempt_organization", columns: ["organization_id", "occurred_at", "id"] },
      { name: "ux_sign_in_attempt_reference", columns: ["reference"], unique: true },
    ],
    foreignKeys: [cascade("fk_sign_in_attempt_organization", "organization_id", "organization")],
  });
}
