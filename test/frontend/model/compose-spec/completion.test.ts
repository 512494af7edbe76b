import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { offersAt } from "../../../../frontend/src/model/compose-spec/completion.ts";

/** Offers at `|`. */
function at(marked: string) {
    const offset = marked.indexOf("|");
    return offersAt(marked.replace("|", ""), offset);
}

function labels(marked: string): readonly string[] {
    return at(marked)?.offers.map(({ label }) => label) ?? [];
}

/** The text after taking the offer of a name. */
function taken(marked: string, label: string): string {
    const offset = marked.indexOf("|");
    const text = marked.replace("|", "");
    const offers = offersAt(text, offset);
    const insert = offers?.offers.find((one) => one.label === label)?.insert ?? "NOTHING";
    return `${text.slice(0, offers?.from ?? 0)}${insert}${text.slice(offset)}`;
}

const tail = "\nnetworks:\n  back:\nvolumes:\n  data:\nsecrets:\n  key: {}\n";
const db = "services:\n  db:\n    image: postgres\n  web:\n";

describe("what the editor offers", () => {
    it.each([
        ["|", ["services", "networks", "volumes", "configs", "secrets", "include", "name"]],
        ["services:\n  web:\n    im|", ["image", "build", "deploy", "healthcheck"]],
        ["services:\n  web:\n    image: x\n    |", ["ports", "gpus", "develop"]],
        ["services:\n  web:\n    build:\n      |", ["context", "dockerfile", "args", "target"]],
        ["services:\n  web:\n    deploy:\n      resources:\n        limits:\n          |", ["cpus", "memory", "pids"]],
        ["services:\n  web:\n    healthcheck:\n      test: a\n      |", ["interval", "retries"]],
        ["services:\n  web:\n    ports:\n      - |", ["target", "published", "protocol"]],
        ["services:\n  web:\n    ports:\n    - target: 80\n      |", ["published", "host_ip"]],
        ["services:\n  web:\n    ports:\n      - target: 80\n        protocol: |", ["tcp", "udp"]],
        ["services:\n  web:\n    restart: |", ["no", "always", "on-failure", "unless-stopped"]],
        ["services:\n  web:\n    restart: al|\n    image: x", ["always"]],
        ["services:\n  web:\n    privileged: |", ["true", "false"]],
        ["networks:\n  front:\n    |", ["driver", "external", "ipam"]],
        ["networks:\n  front:\n    driver: |", ["bridge", "macvlan"]],
        [`${db}    networks:\n      - |${tail}`, ["back"]],
        [`${db}    networks:\n      |${tail}`, ["back"]],
        [`${db}    volumes:\n      - |${tail}`, ["data", "type", "source"]],
        [`${db}    secrets:\n    - |${tail}`, ["key"]],
        [`${db}    depends_on:\n      - |${tail}`, ["db"]],
        [`${db}    depends_on:\n      db:\n        condition: |${tail}`, ["service_healthy"]],
        [`${db}    network_mode: |${tail}`, ["host", "service:db"]],
        ["include:\n  - |", ["path"]],
        ["x-dockge:\n  |", ["urls"]],
    ])("at %j", (marked, expected) => {
        expect(labels(marked)).toEqual(expect.arrayContaining(expected));
    });

    it.each([
        "services:\n  |",
        "services:\n  web:\n    image: |",
        "services:\n  web:\n    environment:\n      |",
        "services:\n  web:\n    # im|",
        "x-other:\n  |",
        "configs:\n  a:\n    content: |-\n      im|".replace("|-", ">"),
    ])("is nothing at %j", (marked) => {
        expect(at(marked)).toBeUndefined();
    });

    it("leaves out the keys that stand there, and the service itself", () => {
        const marked = "services:\n  web:\n    image: x\n    |\n    ports:\n      - 80\n  db:\n    restart: always\n";
        expect(labels(marked)).not.toContain("image");
        expect(labels(marked)).not.toContain("ports");
        expect(labels(marked)).toContain("restart");
        expect(labels(`${db}    depends_on:\n      - |`)).toEqual(["db"]);
    });

    it.each([
        ["services:\n  web:\n    im|", "image", "services:\n  web:\n    image: "],
        ["services:\n  web:\n    p|", "ports", "services:\n  web:\n    ports:\n      - "],
        ["services:\n  web:\n    b|", "build", "services:\n  web:\n    build:\n      "],
        ["services:\n  web:\n    ports:\n      - |", "target", "services:\n  web:\n    ports:\n      - target: "],
        ["services:\n  web:\n    restart: |", "no", 'services:\n  web:\n    restart: "no"'],
        ["services:\n  web:\n    im|: x", "image", "services:\n  web:\n    image: x"],
        ["|", "services", "services:\n  "],
        [`${db}    depends_on:\n      |`, "db", `${db}    depends_on:\n      - db`],
        [`${db}    volumes:\n      - d|${tail}`, "data", `${db}    volumes:\n      - data:${tail}`],
    ])("is written with the right indentation at %j", (marked, label, expected) => {
        expect(taken(marked, label)).toBe(expected);
    });

    it("never fails, whatever the text", () => {
        const piece = fc.constantFrom(
            "services:",
            "\n",
            "  ",
            "- ",
            "web:",
            "ports:",
            "#",
            '"',
            "{",
            "[",
            "|",
            "&a",
            "*a",
            "x",
            ": ",
            "<<: ",
        );
        fc.assert(
            fc.property(fc.array(piece, { maxLength: 30 }), fc.nat(100), (pieces, place) => {
                const text = pieces.join("");
                const offset = Math.min(place, text.length);
                const offers = offersAt(text, offset);
                expect(offers?.from ?? 0).toBeLessThanOrEqual(offset);
            }),
        );
    });
});
