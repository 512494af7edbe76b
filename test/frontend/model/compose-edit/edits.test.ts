import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { isTrouble, readForm } from "../../../../frontend/src/model/compose-edit/form.ts";
import {
    addLine,
    addNetwork,
    addService,
    addUrl,
    addVolume,
    removePart,
    removeService,
    renameService,
    setLine,
    setName,
    setText,
    setUrl,
} from "../../../../frontend/src/model/compose-edit/form-edits.ts";

const file = `# The shop
x-common: &common   # shared
    restart: always

services:
    # The page
    web:
        <<: *common
        image: "nginx:1"   # pinned

        ports:
            - 8080:80 # http
            # more ports here
            - "443:443"
        environment: { A: '1', B: two }
        depends_on: [db, cache]
        command: >
            run   this

    db:   # the data
        image: &image 'postgres:17'
        environment:
            # secret
            - PASSWORD=x
        volumes:
        - data:/data

    cache:
        image: redis
        depends_on:
            db:
                condition: service_healthy


volumes:
    data:  # kept

# the end
`;

const Service = z.looseObject({
    image: z.unknown().optional(),
    ports: z.array(z.unknown()).optional(),
    depends_on: z.unknown().optional(),
});
const ComposeFile = z.looseObject({
    services: z.record(z.string(), Service),
    volumes: z.record(z.string(), z.unknown()).default({}),
    "x-dockge": z.looseObject({ urls: z.array(z.string()) }).optional(),
});

function read(text: string): z.infer<typeof ComposeFile> {
    return ComposeFile.parse(parse(text, { merge: true }));
}

function changed(after: string): { readonly out: string; readonly put: string } {
    let start = 0;
    while (start < file.length && file[start] === after[start]) {
        start += 1;
    }
    let end = 0;
    while (end < Math.min(file.length, after.length) - start && file.at(-1 - end) === after.at(-1 - end)) {
        end += 1;
    }
    return { out: file.slice(start, file.length - end), put: after.slice(start, after.length - end) };
}

describe("an edit of the form in a file with comments", () => {
    it.each([
        ["another image", setText(file, "web", "image", "nginx:2"), "1", "2"],
        ["an image at an anchor", setText(file, "db", "image", "postgres:18"), "7", "8"],
        [
            "a container's name",
            setText(file, "cache", "container_name", "redis-1"),
            "",
            "        container_name: redis-1\n",
        ],
        ["no image", setText(file, "cache", "image", ""), "image: redis\n        ", ""],
        ["a policy that must be quoted", setText(file, "cache", "restart", "no"), "", '        restart: "no"\n'],
        ["another port", setLine(file, "web", "ports", 0, "9090:80"), "808", "909"],
        ["a quoted port", setLine(file, "web", "ports", 1, "444:443"), "3", "4"],
        ["no second port", setLine(file, "web", "ports", 1, ""), '            - "443:443"\n', ""],
        ["one more port", addLine(file, "web", "ports", "53:53/udp"), "", "            - 53:53/udp\n"],
        [
            "the first ports",
            addLine(file, "cache", "ports", "6379:6379"),
            "",
            "        ports:\n            - 6379:6379\n",
        ],
        ["one more volume", addLine(file, "db", "volumes", "./a:/a"), "", "        - ./a:/a\n"],
        ["a variable in a map in one line", addLine(file, "web", "environment", "C=3"), "", ', C: "3"'],
        ["another value in it", setLine(file, "web", "environment", 1, "B=three"), "wo", "hree"],
        ["one less in it", setLine(file, "web", "environment", 0, ""), "A: '1', ", ""],
        ["a variable's name", setLine(file, "web", "environment", 1, "D=two"), "B", "D"],
        ["a dependency less", setName(file, "web", "depends_on", "db", false), "db, ", ""],
        [
            "the last dependency",
            setName(file, "cache", "depends_on", "db", false),
            "        depends_on:\n            db:\n                condition: service_healthy\n",
            "",
        ],
        [
            "a dependency more",
            setName(file, "cache", "depends_on", "web", true),
            "",
            "            web:\n                condition: service_started\n",
        ],
        ["a network", addNetwork(file, "front", false), "", "networks:\n    front:\n"],
        ["an external network", addNetwork(file, "proxy", true), "", "networks:\n    proxy:\n        external: true\n"],
        ["a volume", addVolume(file, "more"), "", "    more:\n"],
        ["no volume", removePart(file, "volumes", "data"), "volumes:\n    data:  # kept\n", ""],
        [
            "a service",
            addService(file, "job"),
            "",
            "    job:\n        image: nginx:latest\n        restart: unless-stopped\n",
        ],
        ["an address", addUrl(file, "https://a.example"), "", "x-dockge:\n    urls:\n        - https://a.example\n"],
    ])("changes nothing but %s", (_what, after, out, put) => {
        const change = changed(after);
        // The same change may be cut out of the text in several ways.
        expect(change.out.length - change.put.length).toBe(out.length - put.length);
        expect(after).toContain(put);
        const lines = after.split("\n");
        const kept = file.split("\n").filter((line) => !lines.includes(line));
        expect(kept.every((line) => (out.includes("\n") ? out.includes(line.trim()) : line.includes(out)))).toBe(true);
        expect(isTrouble(readForm(after))).toBe(false);
    });

    it("renames a service where others depend on it, and takes it out there", () => {
        const renamed = read(renameService(file, "db", "store"));
        expect(Object.keys(renamed.services)).toEqual(["web", "store", "cache"]);
        expect(renamed.services["web"]?.depends_on).toEqual(["store", "cache"]);
        expect(renamed.services["cache"]?.depends_on).toEqual({ store: { condition: "service_healthy" } });

        const without = removeService(file, "cache");
        expect(read(without).services["web"]?.depends_on).toEqual(["db"]);
        expect(without).toMatch(/# the data[^]*volumes:\n {4}data: {2}# kept\n\n# the end\n$/);
        expect(without).not.toContain("redis");
    });

    it("starts in an empty file, and in one with empty sections", () => {
        expect(addService("", "web")).toBe("services:\n  web:\n    image: nginx:latest\n    restart: unless-stopped\n");
        expect(read(addService("# mine\nservices:\n\nnetworks: {}\n", "web")).services["web"]?.image).toBe(
            "nginx:latest",
        );
        expect(addNetwork("services:\nnetworks: {}\n", "a", true)).toBe(
            "services:\nnetworks: {a: { external: true }}\n",
        );
        expect(setText("services:\n  web:\n", "web", "image", "a b # c")).toBe(
            'services:\n  web:\n    image: "a b # c"\n',
        );
        expect(setText("services:\n  web:\n    image:\n", "web", "image", "x")).toBe(
            "services:\n  web:\n    image: x\n",
        );
        expect(setText("services:\r\n  web:\r\n    image: a\r\n", "web", "restart", "always")).toBe(
            "services:\r\n  web:\r\n    image: a\r\n    restart: always\r\n",
        );
    });

    it("edits addresses", () => {
        const two = addUrl(addUrl("services: {}\n", "https://a.example"), "https://b.example");
        expect(read(setUrl(two, 1, "http://c.example"))["x-dockge"]?.urls).toEqual([
            "https://a.example",
            "http://c.example",
        ]);
        expect(setUrl(setUrl(two, 0, ""), 0, "")).toBe("services: {}\n");
    });

    it.each(["services: [", "services:\n\tx: y", "a: b: c"])("leaves %j alone", (text) => {
        expect(addService(text, "web")).toBe(text);
        expect(isTrouble(readForm(text))).toBe(true);
    });

    it("writes what was typed, whatever it is, and nothing else", () => {
        const typed = fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" }).filter((one) => !/[\n\r]/.test(one));
        fc.assert(
            fc.property(typed, typed, fc.constantFrom("web", "db", "cache"), (value, name, service) => {
                const before = read(file);
                const set = { ...before.services[service], image: value };
                const services = { ...before.services, [service]: set };
                expect(read(setText(file, service, "image", value))).toEqual({ ...before, services });

                const port = read(addLine(file, service, "ports", value));
                expect(port.services[service]?.ports?.at(-1)).toBe(value);
                const added = read(addVolume(file, name));
                expect(Object.keys(added.volumes)).toContain(name);
                const lines = addLine(file, service, "volumes", value).split("\n");
                expect(file.split("\n").every((line) => lines.includes(line))).toBe(true);
            }),
        );
    });
});
