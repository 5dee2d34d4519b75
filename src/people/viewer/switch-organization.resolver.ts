/** Switching between organizations in GraphQL. */
import { Arg, Ctx, Field, ID, Mutation, ObjectType, Resolver } from "type-graphql";
import type { Store } from "../../access/store.js";
import { OrganizationType } from "../organization/organization.type.js";
import type { SessionContext } from "./session-context.js";
import { switchOrganization } from "./switch-organization.js";

@ObjectType({ description: "What switchOrganization answers.", simpleResolvers: true })
class SwitchOrganizationPayload {
  @Field(() => OrganizationType, {
    description:
      "The organization that the session is in from the next request on. Its fields that need a permission are still answered by the rules of the organization before: ask for them in the next request.",
  })
  organization!: OrganizationType;
}

@Resolver()
export class SwitchOrganizationResolver {
  constructor(private readonly store: Store) {}

  @Mutation(() => SwitchOrganizationPayload, {
    description:
      "Takes the signed-in person's session into another organization of `viewer { memberships }`: `viewer { organization permissions }` are those there from the next request on. What `user` has without an `organizationId` stays that of the home organization. The browser gets a new cookie, and the old one is worth nothing. The session ends when it would have ended. For sessions, not for keys.",
  })
  async switchOrganization(
    @Ctx() context: SessionContext,
    @Arg("organizationId", () => ID, { description: "The organization to enter." }) organizationId: string,
  ): Promise<SwitchOrganizationPayload> {
    const { organization, sessionToken } = await switchOrganization(this.store, context.caller, organizationId);
    context.renewSession(sessionToken);
    return { organization };
  }
}
