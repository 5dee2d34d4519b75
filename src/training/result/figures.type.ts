/** The figures that several types in the schema have. */
import { Field, Float, Int, ObjectType } from "type-graphql";

/** The base class of types with figures; not a type of the schema itself. */
@ObjectType({ simpleResolvers: true })
export abstract class FiguresType {
  @Field(() => Boolean, {
    description: "Whether too few people have results to show figures. If true, all figures are null.",
  })
  withheld!: boolean;

  @Field(() => Int, { nullable: true, description: "How many different people have results." })
  people!: number | null;

  @Field(() => Int, { nullable: true, description: "How many results there are. A person can have several." })
  results!: number | null;

  @Field(() => Float, { nullable: true, description: "The mean `percent` of the results that have a score." })
  averagePercent!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "The share of passed results in percent, of the results whose `passed` is not null.",
  })
  passRate!: number | null;

  @Field(() => Int, { nullable: true, description: "How many results were passed." })
  passed!: number | null;

  @Field(() => Int, { nullable: true, description: "How many results were not passed." })
  failed!: number | null;
}
