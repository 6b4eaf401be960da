// A plugin of TypeDoc: every property that the reference shows must be explained. `requiredToBeDocumented` with
// `Property` would ask for a comment on every member of every inline literal: here a literal's members count as
// explained where the variant of the union, the property or the type that the literal is written in has a comment.
import { Application, ReflectionKind } from 'typedoc';

const SPOKEN_FOR = ReflectionKind.Parameter | ReflectionKind.SomeSignature | ReflectionKind.TypeParameter;

/** Hooks the check into TypeDoc's validation, whose warnings fail the run. */
export function load(app) {
  app.on(Application.EVENT_VALIDATE_PROJECT, (project) => {
    for (const property of project.getReflectionsByKind(ReflectionKind.Property))
      if (isOfProject(property, project) && !isExplained(property))
        app.logger.validationWarning(
          `${property.getFriendlyFullName()}${variantOf(property)} has no documentation`,
        );
  });
}

/** Whether a property is declared in this package: what is inherited from elsewhere is explained there. */
function isOfProject(property, project) {
  const symbol = project.getSymbolIdFromReflection(property);
  return symbol === undefined || symbol.packageName === project.packageName;
}

function isExplained(reflection) {
  if (reflection.hasComment()) return true;
  const { parent } = reflection;
  if (parent.kindOf(ReflectionKind.TypeAlias)) return isTagged(parent) && parent.hasComment();
  if (!parent.kindOf(ReflectionKind.TypeLiteral)) return false;
  const owner = parent.parent;
  // An argument is explained by @param, what a function returns or demands of a type by what is said of the function.
  if (owner.kindOf(SPOKEN_FOR)) return true;
  if (!owner.kindOf(ReflectionKind.TypeAlias)) return isExplained(owner);
  return owner.type.type !== 'union' || hasSummary(owner.type, parent);
}

/** Whether a type is what could be one variant of a union: a literal with a constant `code`, `type` or `kind`. */
const isTagged = ({ children }) => children.some(({ type }) => type?.type === 'literal');

/** Whether the variant of a union that is this literal, or holds it, has a comment. */
const hasSummary = (union, literal) =>
  (union.elementSummaries?.[placeIn(union, literal)] ?? []).some(({ text }) => text.trim() !== '');

const placeIn = (union, literal) =>
  union.types.findIndex((type) =>
    // A variant may add to its literal what another type has.
    (type.type === 'intersection' ? type.types : [type]).some(({ declaration }) => declaration === literal),
  );

/** The `code`, `type` or `kind` of the variant that a property is of, to find it by. */
function variantOf({ parent }) {
  const tag = parent.children?.find(({ type }) => type?.type === 'literal');
  return tag ? ` (${tag.name} ${tag.type.value})` : '';
}
