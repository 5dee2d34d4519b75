/** API keys in GraphQL. */
import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from "type-graphql";
import { OrganizationArgument } from "../../access/organization-argument.js";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { PageArgs, type Page } from "../../platform/graphql/paging.js";
import { createApiKey, listApiKeys, revokeApiKey, rotateApiKey } from "./api-key.operations.js";
import {
  ApiKeyPage,
  ApiKeyType,
  CreateApiKeyInput,
  CreateApiKeyPayload,
  RevokeApiKeyPayload,
  RotateApiKeyInput,
  RotateApiKeyPayload,
} from "./api-key.type.js";

@Resolver()
export class ApiKeyResolver {
  constructor(private readonly store: Store) {}

  @Query(() => ApiKeyPage, {
    description: "The API keys of an organization, including revoked and expired keys. Needs ORGANIZATION_WRITE.",
  })
  async apiKeys(
    @Ctx() context: RequestContext,
    @OrganizationArgument("The organization whose keys to show.") organizationId: string,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<ApiKeyType>> {
    return await listApiKeys(this.store, context.caller, organizationId, page);
  }

  @Mutation(() => CreateApiKeyPayload, { description: "Creates an API key. Needs ORGANIZATION_WRITE." })
  async createApiKey(
    @Ctx() context: RequestContext,
    @Arg("input", () => CreateApiKeyInput, { description: "The API key." }) input: CreateApiKeyInput,
  ): Promise<CreateApiKeyPayload> {
    return await createApiKey(this.store, context.caller, input);
  }

  @Mutation(() => RotateApiKeyPayload, {
    description:
      "Gives an API key a new secret. The present secret and the new one both work during the overlap, and an older one stops at once. You become the key's maker. Needs ORGANIZATION_WRITE and every scope of the key.",
  })
  async rotateApiKey(
    @Ctx() context: RequestContext,
    @Arg("input", () => RotateApiKeyInput, { description: "The key and the overlap." }) input: RotateApiKeyInput,
  ): Promise<RotateApiKeyPayload> {
    return await rotateApiKey(this.store, context.caller, input);
  }

  @Mutation(() => RevokeApiKeyPayload, {
    description: "Revokes an API key at once and forever. Needs ORGANIZATION_WRITE.",
  })
  async revokeApiKey(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The key to revoke." }) id: string,
  ): Promise<RevokeApiKeyPayload> {
    return { apiKey: await revokeApiKey(this.store, context.caller, id) };
  }
}
