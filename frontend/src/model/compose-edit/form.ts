import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from "yaml";
import { keyText } from "../compose-spec/defined-names.ts";
import { plainText } from "../compose-spec/plain-text.ts";
import { isEmpty, nodeAt, pairOf } from "./locate.ts";

/** The lists of a service that the form edits line by line. */
export const listFields = ["ports", "volumes", "environment", "labels"] as const;
/** Those that name other parts of the file. */
export const nameFields = ["depends_on", "networks"] as const;
export const textFields = ["image", "container_name", "restart"] as const;

export type ListField = (typeof listFields)[number];
export type NameField = (typeof nameFields)[number];
export type TextField = (typeof textFields)[number];

/** A line of a list; `locked`: written in a way that only the text can edit. */
export interface FormLine {
    readonly text: string;
    readonly locked: boolean;
}

/** A service as the form shows it. A field is undefined where only the text can edit it. */
export interface FormService {
    readonly name: string;
    readonly texts: Readonly<Record<TextField, string | undefined>>;
    readonly lists: Readonly<Record<ListField, readonly FormLine[] | undefined>>;
    readonly names: Readonly<Record<NameField, readonly string[] | undefined>>;
}

export interface FormNetwork {
    readonly name: string;
    readonly external: boolean;
}

export interface ComposeForm {
    readonly services: readonly FormService[];
    readonly networks: readonly FormNetwork[];
    readonly volumes: readonly string[];
    readonly urls: readonly string[];
}

/** Why there is no form: the file does not parse. */
export interface FormTrouble {
    readonly line: number;
    readonly message: string;
}

/** What of a compose file the form shows. */
export function readForm(text: string): ComposeForm | FormTrouble {
    const lineCounter = new LineCounter();
    const document = parseDocument(text, { lineCounter, logLevel: "silent", prettyErrors: false });
    const error = document.errors[0];
    if (error !== undefined) {
        return { line: lineCounter.linePos(error.pos[0]).line, message: error.message };
    }
    return {
        services: pairsAt(document, ["services"]).map(([name, node]) => serviceOf(name, node)),
        networks: pairsAt(document, ["networks"]).map(([name, node]) => ({
            name,
            external: isMap(node) && node.has("external") && node.get("external") !== false,
        })),
        volumes: pairsAt(document, ["volumes"]).map(([name]) => name),
        urls: (linesOf(nodeAt(document, ["x-dockge", "urls"])) ?? []).map((line) => line.text),
    };
}

export function isTrouble(form: ComposeForm | FormTrouble): form is FormTrouble {
    return "message" in form;
}

function pairsAt(document: Document, path: readonly string[]): readonly (readonly [string, unknown])[] {
    const node = nodeAt(document, path);
    const pairs = isMap(node) ? node.items : [];
    return pairs.map(({ key, value }) => [keyText(key), value] as const).filter(([key]) => key !== "<<" && key !== "");
}

function serviceOf(name: string, node: unknown): FormService {
    const isOpen = isMap(node) || isEmpty(node);
    const at = (key: string): unknown => (isMap(node) ? pairOf(node, key)?.value : undefined);
    const text = (key: TextField): string | undefined => (isOpen ? textOf(at(key)) : undefined);
    const lines = (key: ListField): readonly FormLine[] | undefined => (isOpen ? linesOf(at(key)) : undefined);
    const names = (key: NameField): readonly string[] | undefined => (isOpen ? namesOf(at(key)) : undefined);
    return {
        name,
        texts: { image: text("image"), container_name: text("container_name"), restart: text("restart") },
        lists: {
            ports: lines("ports"),
            volumes: lines("volumes"),
            environment: lines("environment"),
            labels: lines("labels"),
        },
        names: { depends_on: names("depends_on"), networks: names("networks") },
    };
}

/** Empty where there is none; undefined for what is no scalar. */
function textOf(node: unknown): string | undefined {
    if (isEmpty(node)) {
        return "";
    }
    return isScalar(node) ? String(node.value) : undefined;
}

function linesOf(node: unknown): readonly FormLine[] | undefined {
    if (isEmpty(node)) {
        return [];
    }
    if (isSeq(node)) {
        return node.items.map((item) => lineOf(item));
    }
    if (!isMap(node)) {
        return undefined;
    }
    return node.items.map(({ key, value }) => {
        const text = textOf(value);
        const name = keyText(key);
        const line = isEmpty(value) ? name : `${name}=${text ?? "…"}`;
        return { text: line, locked: text === undefined || name === "<<" };
    });
}

function lineOf(item: unknown): FormLine {
    if (isScalar(item)) {
        return { text: plainText(item.value), locked: false };
    }
    const shown = isMap(item) || isSeq(item) ? JSON.stringify(item.toJSON()) : "…";
    return { text: shown, locked: true };
}

function namesOf(node: unknown): readonly string[] | undefined {
    const lines = linesOf(node);
    if (isMap(node)) {
        const keys = node.items.map(({ key }) => keyText(key));
        return keys.includes("<<") ? undefined : keys;
    }
    return lines?.every((line) => !line.locked) === true ? lines.map((line) => line.text) : undefined;
}
