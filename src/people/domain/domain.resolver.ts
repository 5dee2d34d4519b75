/** E-mail domains in GraphQL. */
import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import type { PeopleLoaders } from "../loaders.js";
import { OrganizationType } from "../organization/organization.type.js";
import { addDomain, removeDomain, requireSeeingDomains, verifyDomain } from "./domain.operations.js";
import { txtRecordOf } from "./domain.js";
import {
  AddDomainInput,
  AddDomainPayload,
  DomainType,
  RemoveDomainPayload,
  TxtRecordType,
  VerifyDomainPayload,
} from "./domain.type.js";
import type { ResolveTxt } from "./resolve-txt.js";

@Resolver(() => DomainType)
export class DomainResolver {
  constructor(
    private readonly store: Store,
    private readonly resolveTxt: ResolveTxt,
  ) {}

  @FieldResolver(() => TxtRecordType, {
    description: "The TXT record that proves the domain. You may remove it from the DNS after the domain is proved.",
  })
  txtRecord(@Root() domain: DomainType): TxtRecordType {
    return txtRecordOf(domain);
  }

  @Mutation(() => AddDomainPayload, {
    description:
      "Claims a domain for an organization. If the organization has the domain already, nothing changes. Put `txtRecord` into the DNS, then call `verifyDomain`. Needs ORGANIZATION_WRITE.",
  })
  async addDomain(
    @Ctx() context: RequestContext,
    @Arg("input", () => AddDomainInput, { description: "The domain." }) input: AddDomainInput,
  ): Promise<AddDomainPayload> {
    const domain = await addDomain(this.store, context.caller, input);
    return { domain };
  }

  @Mutation(() => VerifyDomainPayload, {
    description:
      "Looks up the domain's TXT record, which may take minutes to spread. Needs ORGANIZATION_WRITE. Errors: DOMAIN_NOT_PROVED with the records that were found, and DOMAIN_TAKEN if another organization has proved the domain.",
  })
  async verifyDomain(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The domain to prove." }) id: string,
  ): Promise<VerifyDomainPayload> {
    const domain = await verifyDomain(this.store, this.resolveTxt, context.caller, id);
    return { domain };
  }

  @Mutation(() => RemoveDomainPayload, {
    description:
      "Releases a domain: `/sign-in` no longer sends its people to the organization, and another organization may prove it. Needs ORGANIZATION_WRITE.",
  })
  async removeDomain(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The domain to release." }) id: string,
  ): Promise<RemoveDomainPayload> {
    const domain = await removeDomain(this.store, context.caller, id);
    return { domain };
  }
}

/** Adds the domains to `Organization`. */
@Resolver(() => OrganizationType)
export class OrganizationDomainsResolver {
  constructor(private readonly loaders: PeopleLoaders) {}

  @FieldResolver(() => [DomainType], {
    description: "The e-mail domains, proved or not, by name. Needs ORGANIZATION_WRITE or CONNECTIONS_READ.",
  })
  async domains(
    @Root() organization: OrganizationType,
    @Ctx() context: RequestContext,
  ): Promise<readonly DomainType[]> {
    requireSeeingDomains(context.caller, organization.id);
    return await this.loaders.domainsOfOrganization(context).load(organization.id);
  }
}
