/** Shows signed-in people their account. People land here if their organization has no landing page. */
import type { Response } from "express";
import type { Caller } from "../../access/caller.js";
import type { Organization } from "../../people/organization/organization.js";
import { findRolesOfUsers } from "../../people/role/role.repository.js";
import { findUser } from "../../people/user/user.repository.js";
import type { Reader } from "../../platform/database/database.js";
import { html, sendPage } from "../../platform/http/pages.js";

export async function sendAccountPage(
  response: Response,
  reader: Reader,
  organization: Organization,
  caller: Extract<Caller, { kind: "PERSON" }>,
): Promise<void> {
  const user = await findUser(reader, organization.id, caller.userId);
  if (user === null)
    throw new Error(`the user of session ${caller.sessionId} has no account in the session's organization`);
  const roles = (await findRolesOfUsers(reader, organization.id, [user.id])).get(user.id) ?? [];
  const body = html`
    <p>You are signed in to ${organization.name}.</p>
    <dl>
      <dt>E-mail address</dt>
      <dd>${user.email}</dd>
      <dt>Role</dt>
      <dd>${roles.map(({ name }) => name).join(", ") || "None"}</dd>
    </dl>
    ${caller.permissions.has("ORGANIZATION_WRITE") ? html`<p><a href="/graphql">Explore the GraphQL API</a></p>` : ""}
    <form method="post" action="/sign-out"><button type="submit" class="quiet">Sign out</button></form>
  `;
  sendPage(response, 200, { title: user.fullName, body });
}
