/** Limits the sort keys and search terms of a guest, whose home is another organization, to name and address. */
import type { MigrationInterface, QueryRunner } from "typeorm";
import { foldCase } from "../src/platform/text.js";

export class WithholdGuests1764850000000 implements MigrationInterface {
  name = "WithholdGuests1764850000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`UPDATE membership SET status = '' WHERE ${IS_GUEST}`);
    const guests = (await queryRunner.query(
      `SELECT m.organization_id, m.user_id, u.email, u.first_name, u.last_name, u.full_name
         FROM membership m JOIN app_user u ON u.id = m.user_id AND u.home_organization_id <> m.organization_id`,
    )) as readonly Guest[];
    for (const guest of guests) {
      const terms = termsOf([guest.first_name, guest.last_name, guest.full_name, guest.email]);
      await queryRunner.query(
        `DELETE FROM membership_term WHERE organization_id = ? AND user_id = ? AND term NOT IN (${terms.map(() => "?").join(", ")})`,
        [guest.organization_id, guest.user_id, ...terms],
      );
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `UPDATE membership SET status = (SELECT u.status FROM app_user u WHERE u.id = membership.user_id) WHERE ${IS_GUEST}`,
    );
    await queryRunner.query(
      `INSERT INTO membership_term (organization_id, term, user_id)
       SELECT m.organization_id, h.term, m.user_id FROM membership m
         JOIN app_user u ON u.id = m.user_id AND u.home_organization_id <> m.organization_id
         JOIN membership_term h ON h.organization_id = u.home_organization_id AND h.user_id = m.user_id
         LEFT JOIN membership_term g ON g.organization_id = m.organization_id AND g.user_id = m.user_id AND g.term = h.term
        WHERE g.term IS NULL`,
    );
  }
}

const IS_GUEST = "organization_id <> (SELECT u.home_organization_id FROM app_user u WHERE u.id = membership.user_id)";

interface Guest {
  organization_id: string;
  user_id: string;
  email: string;
  first_name: string;
  last_name: string;
  full_name: string;
}

/** A copy of the code that made terms at the time of this migration. */
function termsOf(texts: readonly string[]): string[] {
  const words = texts.flatMap((text) => {
    const folded = foldCase(text).trim();
    return [folded, ...folded.split(/\s+/), ...folded.split(/[\s@._+-]+/)];
  });
  return [...new Set(words.map((word) => word.slice(0, 100).trim()))];
}
