import { PipelineJob } from "../../../common/schema/pipeline-job.ts";
import type { PipelineMistake } from "../../../common/schema/pipeline-mistake.ts";
import { PipelineName } from "../../../common/schema/pipeline-text.ts";
import { checkShape } from "./check-shape.ts";
import { closest } from "./closest.ts";
import { isForeignTop } from "./foreign-keys.ts";
import type { PartialJob, ReadJob } from "./job-source.ts";
import { type Located, type LocatedEntry, type LocatedMap, toData } from "./located.ts";
import { mistakeAt, type Place } from "./mistake.ts";
import { unknownKeyHint } from "./unknown-key.ts";

interface Found {
    readonly jobs: readonly ReadJob[];
    readonly mistakes: readonly PipelineMistake[];
}

const jobKeys = Object.keys(PipelineJob.shape);

/** Every job of a file: at its top level, and under `jobs` as a map or a list. `headKeys` are no jobs. */
export function findJobs(root: LocatedMap, headKeys: readonly string[]): Found {
    const topLevel = [...root.entries].filter(([key]) => key !== "jobs" && !headKeys.includes(key) && !isTemplate(key));
    const known = [...headKeys, "jobs"];
    const top = topLevel.map(([key, entry]) => readTopLevel(key, entry, known));
    return join([...top, findListed(root.entries.get("jobs")?.value)]);
}

/** Only there for anchors. */
function isTemplate(key: string): boolean {
    return key.startsWith(".") || key.startsWith("x-");
}

function readTopLevel(key: string, { key: place, value }: LocatedEntry, known: readonly string[]): Found {
    const isJob = value.kind === "map" && !isMisplaced(key, value) && isLikeJob(key, value, known);
    if (isJob) {
        return readJob(key, place, value);
    }
    const isEmpty = value.kind === "scalar" && value.value === null && closest(key, known) === undefined;
    const elsewhere = jobKeys.includes(key) ? "write it in a job" : unknownKeyHint(key, known);
    const hint = isEmpty ? "write stage, image and script below it" : elsewhere;
    return {
        jobs: [],
        mistakes: [
            mistakeAt(place, isEmpty ? `${key} has no value` : `${key} is neither a job nor a key of the file`, hint),
        ],
    };
}

/** A key of a job, or of another system's file: nothing below it says that a job is meant. */
function isMisplaced(key: string, { entries }: LocatedMap): boolean {
    const isJobs = entries.has("script") || entries.has("stage");
    return !isJobs && (isForeignTop(key) || (jobKeys.includes(key) && !entries.has("image")));
}

function isLikeJob(key: string, value: LocatedMap, known: readonly string[]): boolean {
    return hasJobKey(value) || closest(key, known) === undefined;
}

function hasJobKey({ entries }: LocatedMap): boolean {
    return [...entries.keys()].some((key) => jobKeys.includes(key));
}

function findListed(jobs: Located | undefined): Found {
    if (jobs === undefined) {
        return { jobs: [], mistakes: [] };
    }
    if (jobs.kind === "map") {
        const own = [...jobs.entries].filter(([key]) => !isTemplate(key));
        return join(own.map(([key, entry]) => readJob(key, entry.key, entry.value)));
    }
    if (jobs.kind === "list") {
        return join(jobs.items.map(readNamed));
    }
    return { jobs: [], mistakes: [mistakeAt(jobs.place, "jobs is no map or list", "write the jobs by their names")] };
}

function readNamed(item: Located, index: number): Found {
    const label = `jobs[${index + 1}]`;
    if (item.kind !== "map") {
        return {
            jobs: [],
            mistakes: [mistakeAt(item.place, `${label} is no map`, "write name, stage, image and script")],
        };
    }
    const name = item.entries.get("name")?.value;
    if (name === undefined) {
        return join([readJob(label, item.place, item), { jobs: [], mistakes: [nameless(item.place, label)] }]);
    }
    const node: LocatedMap = { ...item, entries: new Map([...item.entries].filter(([key]) => key !== "name")) };
    return name.kind === "scalar" ? readJob(name.text, name.place, node) : failed(nameless(name.place, label));
}

function nameless(place: Place, label: string): PipelineMistake {
    return mistakeAt(place, `${label} has no name`, "add name");
}

function readJob(name: string, place: Place, node: Located): Found {
    const wrongName = PipelineName.safeParse(name).error?.issues[0]?.message;
    if (wrongName !== undefined) {
        const [reason = "", hint = ""] = wrongName.split("; ");
        return failed(mistakeAt(place, `the job's name ${reason}`, hint));
    }
    if (node.kind !== "map") {
        return {
            jobs: [{ name, place }],
            mistakes: [mistakeAt(node.place, `${name} is no map`, "write stage, image and script below it")],
        };
    }
    const checked = checkShape(PipelineJob, node, name);
    return checked.ok
        ? { jobs: [{ name, place, node, spec: checked.data }], mistakes: [] }
        : { jobs: [{ name, place, node, spec: soundPart(node) }], mistakes: checked.mistakes };
}

const AnyKeys = PipelineJob.partial();

/** The keys whose values alone are right. */
function soundPart(node: LocatedMap): PartialJob {
    const only = (keys: readonly string[]): unknown =>
        toData({ ...node, entries: new Map([...node.entries].filter(([key]) => keys.includes(key))) });
    const sound = [...node.entries.keys()].filter((key) => AnyKeys.safeParse(only([key])).success);
    return AnyKeys.safeParse(only(sound)).data ?? {};
}

function failed(mistake: PipelineMistake): Found {
    return { jobs: [], mistakes: [mistake] };
}

function join(found: readonly Found[]): Found {
    return { jobs: found.flatMap(({ jobs }) => jobs), mistakes: found.flatMap(({ mistakes }) => mistakes) };
}
