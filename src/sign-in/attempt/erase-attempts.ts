/** Takes a person who was erased out of the sign-in attempts. When, through what and how each ended stays. */
import type { UnitOfWork } from "../../access/unit-of-work.js";

/** Empties what attempts of a user tell of the person and the browser. One of the user's parts, for deletion. */
export async function eraseAttempts(unit: UnitOfWork, { id }: { readonly id: string }): Promise<void> {
  await unit.execute(
    `UPDATE sign_in_attempt SET detail = NULL, issuer = NULL, subject = NULL, email = NULL, address = NULL,
            user_agent = NULL WHERE user_id = ?`,
    [id],
  );
}
