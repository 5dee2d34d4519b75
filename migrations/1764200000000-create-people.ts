/** People in full: provenance of fields, groups, mappings, linking, seats, domains, credentials and mail. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import {
  addColumn,
  addIndex,
  boolean,
  createTable,
  hash,
  id,
  integer,
  json,
  string,
  text,
  time,
  type ForeignKeyDescription,
} from "../src/platform/database/columns.js";

const cascade = (name: string, column: string, table: string): ForeignKeyDescription => ({
  name,
  columns: [column],
  table,
  onDelete: "CASCADE",
});

export class CreatePeople1764200000000 implements MigrationInterface {
  name = "CreatePeople1764200000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await extendOrganizations(queryRunner);
    await extendUsers(queryRunner);
    await extendIdentities(queryRunner);
    await createGroups(queryRunner);
    await createMappings(queryRunner);
    await createSeats(queryRunner);
    await createCredentials(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of NEW_TABLES.toReversed()) await queryRunner.dropTable(table);
    for (const [table, index] of NEW_INDICES.toReversed()) await queryRunner.dropIndex(table, index);
    await queryRunner.dropIndex("identity", "ux_identity_key");
    for (const [table, column] of NEW_COLUMNS.toReversed()) await queryRunner.dropColumn(table, column);
    await addIndex(queryRunner, "identity", { name: "ux_identity_key", columns: ["key_hash"], unique: true });
  }
}

/** In creation order. */
const NEW_TABLES = [
  "installation",
  "organization_domain",
  "user_field",
  "membership_term",
  "link_request",
  "user_group",
  "group_member",
  "connection_mapping",
  "seat",
  "user_credential",
  "one_time_token",
  "mail_message",
];

const NEW_COLUMNS: readonly (readonly [string, string])[] = [
  ["organization", "owner_user_id"],
  ["organization", "sso_entitled"],
  ["organization", "scim_entitled"],
  ["organization", "total_seats"],
  ["organization", "seats_in_use"],
  ["app_user", "username_key"],
  ["app_user", "manager_user_id"],
  ["app_user", "is_operator"],
  ["membership", "last_name_key"],
  ["membership", "first_name_key"],
  ["membership", "email_key"],
  ["membership", "status"],
  ["membership_role", "source_id"],
  ["membership_role", "connection_id"],
  ["identity", "link_kind"],
  ["identity", "retired_at"],
];

const NEW_INDICES: readonly (readonly [string, string])[] = [
  ["app_user", "ix_app_user_username"],
  ["app_user", "ix_app_user_employee_id"],
  ["app_user", "ix_app_user_manager"],
  ["membership", "ix_membership_last_name"],
  ["membership", "ix_membership_first_name"],
  ["membership", "ix_membership_email"],
  ["membership", "ix_membership_status"],
];

async function extendOrganizations(queryRunner: QueryRunner): Promise<void> {
  await addColumn(queryRunner, "organization", id("owner_user_id", { nullable: true }));
  await addColumn(queryRunner, "organization", boolean("sso_entitled", { default: true }));
  await addColumn(queryRunner, "organization", boolean("scim_entitled", { default: true }));
  await addColumn(queryRunner, "organization", integer("total_seats", { nullable: true }));
  await addColumn(queryRunner, "organization", integer("seats_in_use", { default: 0 }));
  await createTable(queryRunner, "installation", {
    columns: [id(), json("settings"), integer("version"), time("updated_at")],
    primaryKey: ["id"],
  });
  await createTable(queryRunner, "organization_domain", {
    columns: [
      id(),
      id("organization_id"),
      string("domain", 253),
      string("verified_domain", 253, { nullable: true }),
      string("token", 64),
      time("verified_at", { nullable: true }),
      time("created_at"),
    ],
    primaryKey: ["id"],
    indices: [
      { name: "ux_organization_domain", columns: ["organization_id", "domain"], unique: true },
      { name: "ux_organization_domain_verified", columns: ["verified_domain"], unique: true },
    ],
    foreignKeys: [cascade("fk_organization_domain_organization", "organization_id", "organization")],
  });
}

async function extendUsers(queryRunner: QueryRunner): Promise<void> {
  await addColumn(queryRunner, "app_user", string("username_key", 254, { nullable: true }));
  await queryRunner.query("UPDATE app_user SET username_key = LOWER(username)");
  await addColumn(queryRunner, "app_user", id("manager_user_id", { nullable: true }));
  await addColumn(queryRunner, "app_user", boolean("is_operator", { default: false }));
  await addIndex(queryRunner, "app_user", {
    name: "ix_app_user_username",
    columns: ["home_organization_id", "username_key"],
  });
  await addIndex(queryRunner, "app_user", {
    name: "ix_app_user_employee_id",
    columns: ["home_organization_id", "employee_id"],
  });
  await addIndex(queryRunner, "app_user", { name: "ix_app_user_manager", columns: ["manager_user_id"] });
  await addColumn(queryRunner, "membership", string("last_name_key", 200, { default: "" }));
  await addColumn(queryRunner, "membership", string("first_name_key", 200, { default: "" }));
  await addColumn(queryRunner, "membership", string("email_key", 254, { default: "" }));
  await addColumn(queryRunner, "membership", string("status", 20, { default: "ACTIVE" }));
  await queryRunner.query(
    `UPDATE membership SET
       last_name_key = (SELECT u.last_name_key FROM app_user u WHERE u.id = membership.user_id),
       first_name_key = (SELECT u.first_name_key FROM app_user u WHERE u.id = membership.user_id),
       email_key = (SELECT u.email_key FROM app_user u WHERE u.id = membership.user_id),
       status = (SELECT u.status FROM app_user u WHERE u.id = membership.user_id)`,
  );
  for (const [name, columns] of [
    ["ix_membership_last_name", ["organization_id", "last_name_key", "first_name_key", "user_id"]],
    ["ix_membership_first_name", ["organization_id", "first_name_key", "last_name_key", "user_id"]],
    ["ix_membership_email", ["organization_id", "email_key", "user_id"]],
    ["ix_membership_status", ["organization_id", "status", "user_id"]],
  ] as const)
    await addIndex(queryRunner, "membership", { name, columns });
  await addColumn(queryRunner, "membership_role", id("source_id", { nullable: true }));
  await addColumn(queryRunner, "membership_role", id("connection_id", { nullable: true }));
  await createTable(queryRunner, "user_field", {
    columns: [
      id("user_id"),
      string("field", 64),
      string("source", 20),
      id("source_id", { nullable: true }),
      string("value", 2000),
      time("given_at"),
    ],
    primaryKey: ["user_id", "field", "source"],
    foreignKeys: [cascade("fk_user_field_user", "user_id", "app_user")],
  });
  await createTable(queryRunner, "membership_term", {
    columns: [id("organization_id"), string("term", 100), id("user_id")],
    primaryKey: ["organization_id", "term", "user_id"],
    indices: [{ name: "ix_membership_term_user", columns: ["user_id"] }],
    foreignKeys: [
      cascade("fk_membership_term_organization", "organization_id", "organization"),
      cascade("fk_membership_term_user", "user_id", "app_user"),
    ],
  });
}

async function extendIdentities(queryRunner: QueryRunner): Promise<void> {
  await addColumn(queryRunner, "identity", string("link_kind", 20, { default: "OWN" }));
  await addColumn(queryRunner, "identity", time("retired_at", { nullable: true }));
  await queryRunner.dropIndex("identity", "ux_identity_key");
  await addIndex(queryRunner, "identity", {
    name: "ux_identity_key",
    columns: ["key_hash", "link_kind"],
    unique: true,
  });
  await createTable(queryRunner, "link_request", {
    columns: [
      id(),
      id("organization_id"),
      id("connection_id"),
      id("user_id"),
      hash("key_hash"),
      string("issuer", 512),
      string("subject", 512),
      string("email", 254, { nullable: true }),
      string("state", 20),
      id("decided_by", { nullable: true }),
      time("created_at"),
      time("decided_at", { nullable: true }),
    ],
    primaryKey: ["id"],
    indices: [
      { name: "ix_link_request_organization", columns: ["organization_id", "state", "id"] },
      { name: "ix_link_request_key", columns: ["key_hash"] },
    ],
    foreignKeys: [
      cascade("fk_link_request_organization", "organization_id", "organization"),
      cascade("fk_link_request_connection", "connection_id", "sso_connection"),
      cascade("fk_link_request_user", "user_id", "app_user"),
    ],
  });
}

async function createGroups(queryRunner: QueryRunner): Promise<void> {
  await createTable(queryRunner, "user_group", {
    columns: [
      id(),
      id("organization_id"),
      string("name", 200),
      hash("name_hash"),
      string("name_key", 200),
      string("description", 1000, { nullable: true }),
      integer("version"),
      time("created_at"),
      time("updated_at"),
    ],
    primaryKey: ["id"],
    indices: [
      { name: "ux_user_group_name", columns: ["organization_id", "name_hash"], unique: true },
      { name: "ix_user_group_order", columns: ["organization_id", "name_key", "id"] },
    ],
    foreignKeys: [cascade("fk_user_group_organization", "organization_id", "organization")],
  });
  await createTable(queryRunner, "group_member", {
    columns: [
      id("group_id"),
      id("user_id"),
      string("source_kind", 20),
      string("source_id", 36),
      id("connection_id", { nullable: true }),
      time("created_at"),
    ],
    primaryKey: ["group_id", "user_id", "source_kind", "source_id"],
    indices: [
      { name: "ix_group_member_user", columns: ["user_id", "group_id"] },
      { name: "ix_group_member_connection", columns: ["user_id", "connection_id"] },
    ],
    foreignKeys: [
      cascade("fk_group_member_group", "group_id", "user_group"),
      cascade("fk_group_member_user", "user_id", "app_user"),
    ],
  });
}

async function createMappings(queryRunner: QueryRunner): Promise<void> {
  await createTable(queryRunner, "connection_mapping", {
    columns: [
      id(),
      id("connection_id"),
      string("kind", 20),
      integer("position"),
      string("claim", 500),
      string("operator", 20, { nullable: true }),
      json("match_values", { nullable: true }),
      boolean("ignore_case"),
      string("target", 64),
      time("created_at"),
    ],
    primaryKey: ["id"],
    indices: [{ name: "ix_connection_mapping", columns: ["connection_id", "kind", "position"] }],
    foreignKeys: [cascade("fk_connection_mapping_connection", "connection_id", "sso_connection")],
  });
}

async function createSeats(queryRunner: QueryRunner): Promise<void> {
  await createTable(queryRunner, "seat", {
    columns: [
      id(),
      id("organization_id"),
      id("user_id"),
      hash("active_key", { nullable: true }),
      time("cycle_ends_at", { nullable: true }),
      time("assigned_at"),
      time("used_at", { nullable: true }),
      time("released_at", { nullable: true }),
    ],
    primaryKey: ["id"],
    indices: [
      { name: "ux_seat_active", columns: ["active_key"], unique: true },
      { name: "ix_seat_organization", columns: ["organization_id", "released_at", "cycle_ends_at"] },
      { name: "ix_seat_user", columns: ["user_id"] },
    ],
    foreignKeys: [
      cascade("fk_seat_organization", "organization_id", "organization"),
      cascade("fk_seat_user", "user_id", "app_user"),
    ],
  });
}

async function createCredentials(queryRunner: QueryRunner): Promise<void> {
  await createTable(queryRunner, "user_credential", {
    columns: [
      id("user_id"),
      string("password_hash", 255),
      time("set_at"),
      time("email_verified_at", { nullable: true }),
      integer("failed_attempts", { default: 0 }),
      time("locked_until", { nullable: true }),
    ],
    primaryKey: ["user_id"],
    foreignKeys: [cascade("fk_user_credential_user", "user_id", "app_user")],
  });
  await createTable(queryRunner, "one_time_token", {
    columns: [
      id(),
      hash("token_hash"),
      string("kind", 30),
      id("user_id"),
      id("organization_id", { nullable: true }),
      json("payload"),
      time("created_at"),
      time("expires_at"),
      time("consumed_at", { nullable: true }),
    ],
    primaryKey: ["id"],
    indices: [
      { name: "ux_one_time_token_hash", columns: ["token_hash"], unique: true },
      { name: "ix_one_time_token_user", columns: ["user_id", "kind"] },
      { name: "ix_one_time_token_expiry", columns: ["expires_at"] },
    ],
    foreignKeys: [cascade("fk_one_time_token_user", "user_id", "app_user")],
  });
  await createTable(queryRunner, "mail_message", {
    columns: [
      id(),
      id("organization_id", { nullable: true }),
      string("recipient", 254),
      string("template", 64),
      string("subject", 300),
      text("body"),
      integer("attempts", { default: 0 }),
      time("next_attempt_at", { nullable: true }),
      time("leased_until", { nullable: true }),
      time("sent_at", { nullable: true }),
      string("last_error", 500, { nullable: true }),
      time("created_at"),
    ],
    primaryKey: ["id"],
    indices: [{ name: "ix_mail_message_due", columns: ["next_attempt_at", "leased_until"] }],
  });
}
