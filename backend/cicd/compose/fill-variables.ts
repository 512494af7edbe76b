import { isClearTemplate, substitute, variableNames } from "./interpolation.ts";
import type { Scope } from "./scope.ts";
import type { Tree, TreeScalar } from "./tree.ts";

/**
 * A tree with the variables of its texts put in. Compose does this before it takes any text apart, so whatever is read
 * out of a text has to be read after it. Keys stay as they are, as they do there.
 */
export function fillVariables<T extends Tree>(tree: T, scope: Scope): T;
export function fillVariables(tree: Tree, scope: Scope): Tree {
    if (tree.kind === "list") {
        return { ...tree, items: tree.items.map((item) => fillVariables(item, scope)) };
    }
    if (tree.kind === "map") {
        const entries = [...tree.entries].map(([key, value]) => [key, fillVariables(value, scope)] as const);
        return { ...tree, entries: new Map(entries) };
    }
    return tree.text.includes("$") ? fillScalar(tree, scope) : tree;
}

function fillScalar(scalar: TreeScalar, scope: Scope): TreeScalar {
    const { text, unresolved } = substitute(scalar.text, scope.lookup);
    const machine = [...variableNames(scalar.text)].filter((name) => scope.isOfMachine(name));
    const filled = {
        written: scalar.text,
        unresolved: unresolved.filter((name) => !machine.includes(name)),
        machine,
        clear: isClearTemplate(scalar.text),
    };
    // Text that has become empty, or `null`, is still a text.
    return { ...scalar, text, style: scalar.style === "plain" ? "quoted" : scalar.style, filled };
}
