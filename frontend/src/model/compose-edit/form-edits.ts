import { isMap, isSeq } from "yaml";
import { keyText } from "../compose-spec/defined-names.ts";
import { addAt, addItem, removeAt, renameAt, setAt } from "./edit.ts";
import type { ListField, NameField, TextField } from "./form.ts";
import { nodeAt, readDocument, type Path } from "./locate.ts";

/** An empty value takes the key out. */
export function setText(text: string, service: string, field: TextField, value: string): string {
    const path = ["services", service, field];
    return value === "" ? removeAt(text, path) : setAt(text, path, value);
}

export function addLine(text: string, service: string, field: ListField, line: string): string {
    const path = ["services", service, field];
    if (!isMap(nodeIn(text, path))) {
        return addItem(text, path, line);
    }
    const [name, value] = assignment(line);
    return value === undefined ? addAt(text, [...path, name], null) : setAt(text, [...path, name], value);
}

export function setLine(text: string, service: string, field: ListField, index: number, line: string): string {
    const path = ["services", service, field];
    const node = nodeIn(text, path);
    if (isSeq(node)) {
        return line === "" ? removeAt(text, [...path, index]) : setAt(text, [...path, index], line);
    }
    const key = isMap(node) ? keyText(node.items[index]?.key) : "";
    if (key === "" || line === "") {
        return key === "" ? text : removeAt(text, [...path, key]);
    }
    const [name, value] = assignment(line);
    const renamed = name === key ? text : renameAt(text, [...path, key], name);
    return value === undefined ? renamed : setAt(renamed, [...path, name], value);
}

/** Adds or takes out the name of another part of the file. */
export function setName(text: string, service: string, field: NameField, name: string, isIn: boolean): string {
    const path = ["services", service, field];
    const node = nodeIn(text, path);
    if (isMap(node)) {
        const settings = field === "depends_on" ? { condition: "service_started" } : null;
        return isIn ? addAt(text, [...path, name], settings) : removeAt(text, [...path, name]);
    }
    if (isIn) {
        return addItem(text, path, name);
    }
    const index = isSeq(node) ? node.items.findIndex((item) => keyText(item) === name) : -1;
    return index === -1 ? text : removeAt(text, [...path, index]);
}

export function addService(text: string, name: string): string {
    return addAt(text, ["services", name], { image: "nginx:latest", restart: "unless-stopped" });
}

/** Takes a service out, and the others' dependencies on it. */
export function removeService(text: string, name: string): string {
    const freed = othersOf(text, name).reduce((all, other) => setName(all, other, "depends_on", name, false), text);
    return removeAt(freed, ["services", name]);
}

/** Renames a service, also where others depend on it. */
export function renameService(text: string, name: string, next: string): string {
    const followed = othersOf(text, name).reduce((all, other) => {
        const path = ["services", other, "depends_on"];
        const node = nodeIn(all, path);
        const index = isSeq(node) ? node.items.findIndex((item) => keyText(item) === name) : -1;
        return index === -1 ? renameAt(all, [...path, name], next) : setAt(all, [...path, index], next);
    }, text);
    return renameAt(followed, ["services", name], next);
}

export function addNetwork(text: string, name: string, external: boolean): string {
    return addAt(text, ["networks", name], external ? { external: true } : null);
}

export function addVolume(text: string, name: string): string {
    return addAt(text, ["volumes", name], null);
}

/** Takes a network or a volume out of the file's own list. */
export function removePart(text: string, section: "networks" | "volumes", name: string): string {
    return removeAt(text, [section, name]);
}

export function setUrl(text: string, index: number, url: string): string {
    const path = ["x-dockge", "urls", index];
    return url === "" ? removeAt(text, path) : setAt(text, path, url);
}

export function addUrl(text: string, url: string): string {
    return addItem(text, ["x-dockge", "urls"], url);
}

function othersOf(text: string, name: string): readonly string[] {
    const services = nodeIn(text, ["services"]);
    const names = isMap(services) ? services.items.map(({ key }) => keyText(key)) : [];
    return names.filter((other) => other !== name && other !== "<<");
}

function nodeIn(text: string, path: Path): unknown {
    const document = readDocument(text);
    return document === undefined ? undefined : nodeAt(document, path);
}

/** `KEY=value`; without `=` the value comes from outside. */
function assignment(line: string): readonly [string, string | undefined] {
    const at = line.indexOf("=");
    return at === -1 ? [line, undefined] : [line.slice(0, at), line.slice(at + 1)];
}
