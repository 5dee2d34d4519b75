/** One-time sign-in links in GraphQL. */
import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import { CreateSignInLinkInput, CreateSignInLinkPayload } from "./link.input.js";
import { createSignInLink, type LinkServices } from "./link.operations.js";

@Resolver()
export class SignInLinkResolver {
  constructor(private readonly services: LinkServices) {}

  @Mutation(() => CreateSignInLinkPayload, {
    description:
      "Makes a link that signs a user in once, within five minutes, when the person presses the button on its page. The link becomes invalid if the user or the caller loses access, or if what a connection of the organization trusts changes. Needs USERS_WRITE, and all permissions that the user's roles grant. Under `ssoEnforcement: REQUIRED` only the operator can make one. Errors: ACCOUNT_DISABLED, ACCOUNT_ARCHIVED, ACCOUNT_PENDING_APPROVAL, ACCOUNT_INVITED, ACCOUNT_LOCKED and SSO_REQUIRED.",
  })
  async createSignInLink(
    @Ctx() { caller }: RequestContext,
    @Arg("input", () => CreateSignInLinkInput, { description: "The user to sign in, and where the link leads." })
    input: CreateSignInLinkInput,
  ): Promise<CreateSignInLinkPayload> {
    return await createSignInLink(this.services, caller, input);
  }
}
