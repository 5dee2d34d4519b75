/** The figures of some results in the schema, whatever they are of. */
import { Field, Float, Int, ObjectType } from "type-graphql";

/** What types of figures inherit; not in the schema by itself. */
@ObjectType({ simpleResolvers: true })
export abstract class FiguresType {
  @Field(() => Boolean, {
    description: "Whether so few people completed it that nothing is told; all figures are null then.",
  })
  withheld!: boolean;

  @Field(() => Int, { nullable: true, description: "How many different people completed it." })
  people!: number | null;

  @Field(() => Int, { nullable: true, description: "How many results there are: people may complete it again." })
  results!: number | null;

  @Field(() => Float, { nullable: true, description: "The mean percent of the results that have a score." })
  averagePercent!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "How many in a hundred were passed, of the results that were passed or not.",
  })
  passRate!: number | null;

  @Field(() => Int, { nullable: true, description: "How many results were passed." })
  passed!: number | null;

  @Field(() => Int, { nullable: true, description: "How many results were not passed." })
  failed!: number | null;
}
