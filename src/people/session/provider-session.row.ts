/** What Usher knows about the session that a person has at the provider. It is deleted together with the session at Usher. */
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

@Entity("provider_session")
@Index("ix_provider_session_subject", ["connectionId", "subjectHash"])
@Index("ix_provider_session_index", ["connectionId", "indexHash"])
export class ProviderSessionRow {
  /** Follows the session's id, which changes when the session moves into another organization. */
  @PrimaryColumn({ name: "session_id", type: "varchar", length: 36 })
  @ForeignKey("SessionRow", { name: "fk_provider_session_session", onDelete: "CASCADE", onUpdate: "CASCADE" })
  sessionId!: string;

  /** No foreign key: `people` must not use `connection`. */
  @Column({ name: "connection_id", type: "varchar", length: 36 })
  connectionId!: string;

  /** SHA-256 hex of the person's name in the provider's logout messages. */
  @Column({ name: "subject_hash", type: "varchar", length: 64 })
  subjectHash!: string;

  /** SHA-256 hex of the provider's name of the session; `null` if the provider named none. */
  @Column({ name: "index_hash", type: "varchar", length: 64, nullable: true })
  indexHash!: string | null;

  /** JSON, sealed by the key ring: the values that a sign-out at the provider needs. */
  @Column({ type: "text" })
  payload!: string;
}
