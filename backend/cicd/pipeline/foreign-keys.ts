/** What other systems call it, wherever it stands, and what to write here. */
const anywhere: Readonly<Record<string, string>> = {
    extends: "use an anchor: <<: *template",
    default: "write its keys at the top of the file",
    workflow: "write rules in the jobs",
    only: "write rules, such as rules: [{ branch: main }]",
    except: 'write rules, such as rules: [{ branch: "!main" }]',
    on: "pushes and schedules are set on the stack; write rules in the jobs",
    if: 'write branch, tag, path or trigger, such as branch: main or tag: "v*"',
    changes: "write path",
    exists: "write path",
    dependencies: "write needs: [{ job: name, artifacts: true }]",
    depends_on: "write needs",
    parallel: "write matrix, such as matrix: { NODE: [18, 20] }",
    strategy: "write matrix, such as matrix: { NODE: [18, 20] }",
    tags: "every job runs on the server's engine; leave it out",
    "runs-on": "write image",
    container: "write image",
    steps: "write jobs, each with image and script",
    run: "write script",
    commands: "write script",
    env: "write variables",
    environment: "write variables; where a deployment goes to is told by its stack",
    trigger: "write rules: [{ trigger: scheduled }]; a job starts no other pipeline",
    release: "write script",
    pages: "write script",
    img: "write image",
    "timeout-minutes": "write timeout, such as 10m",
    "continue-on-error": "write allow_failure",
    failure: "write allow_failure",
    retries: "write retry",
    "working-directory": "write working_directory",
    working_dir: "write working_directory",
    shell: "scripts are run by sh; write bash -c in the script where another one is meant",
    untracked: "list the paths",
    privileged: "jobs have no more rights than others; leave it out",
    policy: "leave it out: a cache is put back before the job and saved after a good one",
    volumes: "the workspace is the only volume; keep files with cache or artifacts",
    network: "services are reached by their names; leave it out",
    network_mode: "services are reached by their names; leave it out",
    ports: "every port of a service can be reached by its name; leave it out",
    interruptible: "leave it out: a newer push takes the place of a run that still waits",
    concurrency: "leave it out: deployments of a stack run one after another",
    resource_group: "leave it out: deployments of a stack run one after another",
    coverage: "leave it out; the log shows what the script prints",
    secrets: "set secrets as variables of the stack; every job of a trusted branch has them",
    id_tokens: "set secrets as variables of the stack; every job of a trusted branch has them",
    settings: "there are no plugins; write script",
    uses: "there are no ready-made steps; write image and script",
    with: "there are no ready-made steps; write image and script",
    pull: "set pullPolicy in the stack's build settings",
    detach: "write it under services",
    inherit: "leave it out: what a job says wins",
    hooks: "write before_script",
    start_in: "jobs do not wait for a time; leave it out, or write when: manual",
    permissions: "leave it out",
    mem_limit: "write resources: { memory: 512m }",
    memory: "write resources: { memory: 512m }",
    cpu: "write resources: { cpu: 1 }",
    cpus: "write resources: { cpu: 1 }",
    branch: "write rules: [{ branch: main }]",
    branches: "write rules: [{ branch: main }]",
};

/** What means something else, or has another way out, below one key. */
const below: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    services: {
        alias: "write name for the host name, and image for the image",
        environment: "write variables",
        healthcheck: "write health: { command, interval, timeout }",
    },
    artifacts: {
        reports: "list the files in paths: they are kept and can be downloaded",
        name: "leave it out: an archive is named for stack, job and commit",
        expose_as: "leave it out: artifacts are listed on the page of the run",
    },
    rules: {
        event: "write trigger (webhook, manual, scheduled, api), branch or tag",
        ref: "write branch or tag",
        refs: "write branch or tag",
        branches: "write branch",
        tags: "write tag",
        needs: "write needs in the job",
    },
    resources: {
        limits: "write cpu and memory without it",
        requests: "write cpu and memory without it",
        mem_limit: "write memory",
        cpus: "write cpu",
    },
};

/** At the top of other systems' files; nobody means a job by it that has no script. */
const tops: ReadonlySet<string> = new Set(
    "default workflow spec env on permissions concurrency defaults clone workspace steps labels".split(" "),
);

/** The way out for a key of another system; `holder` is the outermost key that it stands below, "" for none. */
export function foreignKeyHint(key: string, holder: string): string | undefined {
    return own(own(below, holder) ?? {}, key) ?? own(anywhere, key);
}

/** Whether a map at the top of the file is no job, but a key of another system. */
export function isForeignTop(key: string): boolean {
    return tops.has(key);
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
    return Object.hasOwn(record, key) ? record[key] : undefined;
}
