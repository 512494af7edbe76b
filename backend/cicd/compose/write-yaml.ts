import { Document, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import type { Tree, TreeScalar } from "./tree.ts";

/** The YAML text of a tree, below comment lines. */
export function writeYaml(tree: Tree, comments: readonly string[]): string {
    const document = new Document(undefined, { schema: "failsafe" });
    document.contents = nodeOf(tree);
    const head = comments.map((comment) => `# ${comment.replaceAll(/[\r\n]/g, " ")}\n`).join("");
    return head + document.toString({ lineWidth: 0 });
}

function nodeOf(tree: Tree): Scalar | YAMLMap | YAMLSeq {
    const node = plainNode(tree);
    if (tree.tag !== undefined) {
        node.tag = tree.tag;
    }
    return node;
}

function plainNode(tree: Tree): Scalar | YAMLMap | YAMLSeq {
    if (tree.kind === "scalar") {
        return scalarNode(tree);
    }
    if (tree.kind === "list") {
        const list = new YAMLSeq();
        list.items = tree.items.map(nodeOf);
        list.flow = tree.items.length === 0;
        return list;
    }
    const map = new YAMLMap();
    map.items = [...tree.entries].map(([key, value]) => new Pair(keyNode(key), nodeOf(value)));
    map.flow = tree.entries.size === 0;
    return map;
}

function scalarNode(tree: TreeScalar): Scalar {
    const scalar = new Scalar(tree.text);
    // Plain text is repeated as it was read; a tag needs something to stand on.
    scalar.type = tree.style === "plain" ? "PLAIN" : "QUOTE_DOUBLE";
    if (tree.style === "plain" && tree.text === "") {
        scalar.value = "null";
    }
    if (tree.style === "block") {
        scalar.type = "BLOCK_LITERAL";
    }
    return scalar;
}

function keyNode(key: string): Scalar {
    const scalar = new Scalar(key);
    scalar.type = isPlainKey(key) ? "PLAIN" : "QUOTE_DOUBLE";
    return scalar;
}

function isPlainKey(key: string): boolean {
    return /^[A-Za-z_][A-Za-z0-9_./-]*$/.test(key) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(key);
}
