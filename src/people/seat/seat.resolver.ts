/** Seats in GraphQL. */
import { Args, Ctx, FieldResolver, Query, Resolver, Root } from "type-graphql";
import { OrganizationArgument } from "../../access/organization-argument.js";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { PageArgs, type Page } from "../../platform/graphql/paging.js";
import { memberKey, type PeopleLoaders } from "../loaders.js";
import { UserType } from "../user/user.type.js";
import { listSeatHolders, readSeats } from "./seat.operations.js";
import { SeatHolderPage, SeatHolderType, SeatsType } from "./seat.type.js";

@Resolver(() => SeatsType)
export class SeatsResolver {
  constructor(private readonly store: Store) {}

  @Query(() => SeatsType, {
    description: "The seats in an organization's plan. Needs USERS_READ or TRAINING_READ.",
  })
  async seats(
    @Ctx() context: RequestContext,
    @OrganizationArgument("The organization whose seats to show.") organizationId: string,
  ): Promise<SeatsType> {
    return await readSeats(this.store, context.caller, organizationId);
  }

  @FieldResolver(() => SeatHolderPage, {
    description: "The users who hold a seat, in the order in which they took it. Needs USERS_READ.",
  })
  async holders(
    @Root() { organizationId }: SeatsType,
    @Ctx() context: RequestContext,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<SeatHolderType>> {
    return await listSeatHolders(this.store, context.caller, { organizationId, page });
  }
}

@Resolver(() => SeatHolderType)
export class SeatHolderResolver {
  constructor(private readonly loaders: PeopleLoaders) {}

  @FieldResolver(() => UserType, {
    nullable: true,
    description:
      "The user who holds the seat; null if the user left the organization after using the seat in this billing cycle.",
  })
  async user(@Root() holder: SeatHolderType, @Ctx() context: RequestContext): Promise<UserType | null> {
    return await this.loaders.member(context).load(memberKey(holder.organizationId, holder.userId));
  }
}
