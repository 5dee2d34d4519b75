/**
 * Rows about the whole installation: its settings (`installation.ts`), the check of its keys (`key-ring-check.ts`), and the
 * progress of rewriting its search keys (`rewrite-search-keys.ts`).
 */
import { Column, Entity, PrimaryColumn } from "typeorm";

@Entity("installation")
export class InstallationRow {
  @PrimaryColumn({ type: "varchar", length: 36 })
  id!: string;

  /** JSON. The reader adds defaults. */
  @Column({ type: "text" })
  settings!: string;

  @Column({ type: "int" })
  version!: number;

  @Column({ name: "updated_at", type: "datetime", precision: 3 })
  updatedAt!: Date;
}
