/** Rows of sign-ins under way, and of messages that were accepted. The sweeper deletes both. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("sso_flow")
@Index("ix_sso_flow_request", ["connectionId", "requestIdHash"])
@Index("ix_sso_flow_browser", ["browserHash"])
@Index("ix_sso_flow_expiry", ["expiresAt"])
export class FlowRow {
  /** SHA-256 hex of the state handle. */
  @PrimaryColumn({ name: "state_hash", type: "varchar", length: 64 })
  stateHash!: string;

  /** `null` until the operator's app says whose tenant the person belongs to. */
  @Column({ name: "connection_id", type: "varchar", length: 36, nullable: true })
  @ForeignKey("ConnectionRow", { name: "fk_sso_flow_connection", onDelete: "CASCADE", onUpdate: "NO ACTION" })
  connectionId!: string | null;

  /** The connection's trust version when the flow began. If it changes, the flow cannot be completed. */
  @Column({ name: "trust_version", type: "int" })
  trustVersion!: number;

  /** SHA-256 hex of the token that the browser got when it began the flow. */
  @Column({ name: "browser_hash", type: "varchar", length: 64 })
  browserHash!: string;

  /** SHA-256 hex of the id of the outgoing request; `null` if the protocol's answers name no request. */
  @Column({ name: "request_id_hash", type: "varchar", length: 64, nullable: true })
  requestIdHash!: string | null;

  /** JSON, sealed by the key ring: nonce, code verifier, return address, the attempt's steps so far. */
  @Column({ type: "text" })
  payload!: string;

  @Column({ name: "created_at", type: "datetime", precision: 3 })
  createdAt!: Date;

  @Column({ name: "expires_at", type: "datetime", precision: 3 })
  expiresAt!: Date;

  @Column({ name: "consumed_at", type: "datetime", precision: 3, nullable: true })
  consumedAt!: Date | null;
}

@Entity("sso_replay")
@Index("ix_sso_replay_expiry", ["expiresAt"])
export class ReplayRow {
  @PrimaryColumn({ name: "connection_id", type: "varchar", length: 36 })
  connectionId!: string;

  @PrimaryColumn({ type: "varchar", length: 16 })
  kind!: string;

  /** SHA-256 hex of the assertion's or token's id. */
  @PrimaryColumn({ name: "id_hash", type: "varchar", length: 64 })
  idHash!: string;

  @Column({ name: "expires_at", type: "datetime", precision: 3 })
  expiresAt!: Date;
}
