import type { z } from "zod";
import { BuildConfigInput } from "../../../common/schema/build-config.ts";
import { GitRepositoryInput, type GitRepository } from "../../../common/schema/git-repository.ts";
import { fieldErrors, type FieldErrors } from "./field-errors.ts";
import { storedInput } from "./repository-form.ts";

/** What starts a deployment, as it is typed; the first part is the build settings', the second the repository's. */
export interface TriggerForm {
    autoDeployOnPush: boolean;
    approval: boolean;
    autoDeployBranches: readonly string[];
    autoDeployTags: readonly string[];
    schedule: string;
    scheduleTimeZone: string;
    paths: readonly string[];
    aliases: readonly string[];
    autoSync: boolean;
    /** Empty while it is retyped. */
    pollMinutes: number | "";
}

type RawBuild = z.input<typeof BuildConfigInput>;
type RawRepository = z.input<typeof GitRepositoryInput>;

/** What saving a form sends: only the part that was changed. */
export interface TriggerInput {
    readonly build: RawBuild | undefined;
    readonly repository: RawRepository | undefined;
}

/** Common schedules, by the name of their text. */
export const schedulePresets = { nightly: "0 3 * * *", weekly: "0 4 * * SUN", monthly: "0 4 1 * *" } as const;

export const triggerFields = [
    "autoDeployOnPush",
    "approval",
    "autoDeployBranches",
    "autoDeployTags",
    "schedule",
    "scheduleTimeZone",
    "paths",
    "aliases",
    "autoSync",
    "pollIntervalSeconds",
] as const;

export function triggerForm(build: BuildConfigInput, repository: GitRepository): TriggerForm {
    return {
        autoDeployOnPush: build.autoDeployOnPush,
        approval: build.approval,
        autoDeployBranches: [...build.autoDeployBranches],
        autoDeployTags: [...build.autoDeployTags],
        schedule: build.schedule ?? "",
        scheduleTimeZone: build.scheduleTimeZone ?? "",
        paths: [...repository.paths],
        aliases: [...repository.aliases],
        autoSync: repository.autoSync,
        pollMinutes: repository.pollIntervalSeconds / 60,
    };
}

/** The form as the server will know it: whole seconds, no spaces around. */
export function tidyForm(form: TriggerForm): TriggerForm {
    const { schedule, pollMinutes } = form;
    return {
        ...form,
        schedule: schedule.trim(),
        pollMinutes: pollMinutes === "" ? "" : Math.round(pollMinutes * 60) / 60,
    };
}

/** What is to be sent so that `form` becomes true. Fields of other forms stay as they are. */
export function triggerInput(form: TriggerForm, build: BuildConfigInput, repository: GitRepository): TriggerInput {
    const before = triggerForm(build, repository);
    const changed = (names: readonly (keyof TriggerForm)[]): boolean =>
        names.some((name) => JSON.stringify(form[name]) !== JSON.stringify(before[name]));
    return {
        build: changed([
            "autoDeployOnPush",
            "approval",
            "autoDeployBranches",
            "autoDeployTags",
            "schedule",
            "scheduleTimeZone",
        ])
            ? buildInput(form, build)
            : undefined,
        repository: changed(["paths", "aliases", "autoSync", "pollMinutes"])
            ? repositoryPart(form, repository)
            : undefined,
    };
}

function buildInput(form: TriggerForm, build: BuildConfigInput): RawBuild {
    return {
        ...build,
        autoDeployOnPush: form.autoDeployOnPush,
        approval: form.approval,
        autoDeployBranches: [...form.autoDeployBranches],
        autoDeployTags: [...form.autoDeployTags],
        schedule: form.schedule === "" ? null : form.schedule,
        scheduleTimeZone: form.scheduleTimeZone === "" ? null : form.scheduleTimeZone,
    };
}

function repositoryPart(form: TriggerForm, repository: GitRepository): RawRepository {
    return {
        ...storedInput(repository),
        paths: [...form.paths],
        aliases: [...form.aliases],
        autoSync: form.autoSync,
        pollIntervalSeconds: form.pollMinutes === "" ? 0 : Math.round(form.pollMinutes * 60),
    };
}

/** What is wrong with an input before it is sent. `badInterval`: the sentence for an interval out of bounds. */
export function triggerErrors({ build, repository }: TriggerInput, badInterval: string): FieldErrors {
    const errors = {
        ...(build === undefined ? {} : fieldErrors(BuildConfigInput, build)),
        ...(repository === undefined ? {} : fieldErrors(GitRepositoryInput, repository)),
    };
    return "pollIntervalSeconds" in errors ? { ...errors, pollIntervalSeconds: badInterval } : errors;
}

/** What is wrong with one rule for branches or tags. */
export function ruleProblem(rule: string): string | undefined {
    const message = fieldErrors(BuildConfigInput, { autoDeployTags: [rule] })["autoDeployTags"];
    return message?.replace(/^0: /, "");
}

/** A moment in words, by the clock of a time zone; by the browser's own where that is empty or not known here. */
export function momentIn(time: string, zone: string, locale: string): string {
    const known = zone === "UTC" || Intl.supportedValuesOf("timeZone").includes(zone);
    const parts = {
        weekday: "long",
        day: "numeric",
        month: "long",
        year: "numeric",
        hour: "2-digit",
        minute: "2-digit",
        timeZoneName: "short",
    } as const;
    return new Date(time).toLocaleString(locale, known ? { ...parts, timeZone: zone } : parts);
}

/** Every time zone that the browser knows, `current` too, even where it does not. */
export function timeZones(current: string): string[] {
    const known = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
    return current === "" || known.includes(current) ? known : [...known, current];
}
