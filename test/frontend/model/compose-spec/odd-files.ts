/** Files that Compose accepts, and that look odd. */
export const oddFiles: Readonly<Record<string, string>> = {
    "anchors and merge keys": `
x-common: &common
  restart: unless-stopped
  environment: &env
    TZ: Europe/Berlin
x-networks: &nets
  back: {}
services:
  web:
    <<: *common
    image: nginx
    environment:
      <<: *env
      A: 1
    networks: [back]
  db:
    <<: [*common, { image: postgres }]
networks:
  <<: *nets
`,
    "variables in any place": `
services:
  web:
    image: "\${IMAGE:-nginx}:\${TAG:?tag is missing}"
    restart: \${RESTART:-always}
    read_only: \${READ_ONLY:-false}
    ports:
      - "\${PORT:-80}:80"
      - target: \${TARGET}
        published: "\${PORT}"
        protocol: \${PROTOCOL:-tcp}
    volumes: ["\${DATA:-data}:/data", "$HOME/x:/x"]
    networks:
      - \${NET}
    deploy:
      replicas: \${REPLICAS:-2}
    mem_limit: \${MEM}
`,
    "tags that reset and override": `
services:
  web:
    image: nginx
    ports: !reset []
    environment: !reset null
    command: !reset 5
    volumes: !override
      - ./a:/a
networks:
  old: !reset null
`,
    "null in the place of settings": `
services:
  web:
    image: nginx
    environment:
      FROM_OUTSIDE:
    networks:
      front:
      default:
        priority: 5
    depends_on:
    command:
    build:
networks:
  front:
volumes:
configs:
`,
    "long forms": `
services:
  web:
    build:
      context: .
      args: [A=1, B]
      additional_contexts: { base: docker-image://alpine }
      extra_hosts: { a: [10.0.0.1, 10.0.0.2] }
      ulimits: { nofile: { soft: 1, hard: 2 } }
      secrets: [token, { source: token, target: t, mode: 0440 }]
      cache_from: [type=registry]
      platforms: [linux/amd64]
      no_cache: true
    env_file:
      - path: .env.x
        required: false
      - other.env
    depends_on:
      db: { condition: service_healthy, restart: true }
      gone: { condition: service_started, required: false }
    ports: [80, "53:53/udp", 127.0.0.1:8080:80, { target: 80, published: "8000-9000", mode: host }]
    volumes:
      - /var/lib/x
      - ./a:/a:ro
      - ~/b:/b
      - data:/data:z
      - C:\\x:/x
      - { type: volume, source: data, target: /d, volume: { nocopy: true, subpath: x } }
      - { type: bind, source: folder, target: /f, bind: { create_host_path: false } }
      - { type: tmpfs, target: /t, tmpfs: { size: 100m, mode: 01777 } }
    configs: [one, { source: one, target: /one }]
    secrets: [token]
    healthcheck: { test: [CMD, true], interval: 5s, retries: "3", start_interval: 1s, disable: false }
    logging: { driver: json-file, options: { max-size: 10m, max-file: 3 } }
    extra_hosts: ["host.docker.internal:host-gateway"]
    network_mode: service:db
    ulimits: { nproc: 65535 }
    sysctls: [net.core.somaxconn=1024]
    labels: { a: true, b: 1, c: null, "traefik.http.routers.x.rule": "Host(\`x\`)" }
    tmpfs: /run
    user: 1000:1000
    gpus: all
    deploy:
      resources:
        limits: { cpus: 0.5, memory: 1G, pids: 10 }
        reservations: { devices: [{ driver: nvidia, count: 1, capabilities: [gpu] }] }
      update_config: { order: start-first, parallelism: 1 }
    develop:
      watch: [{ action: sync, path: ./src, target: /src, ignore: [x] }]
    post_start: [{ command: echo, user: root }]
    blkio_config: { weight: 300, device_read_bps: [{ path: /dev/sda, rate: 12mb }] }
    models: [llm]
  db:
    extends: { file: common.yaml, service: db }
  job:
    image: x
    restart: on-failure:3
    profiles: [debug]
    init: yes
    stop_grace_period: 1m30s
    pull_policy: every_12h
  tool: { provider: { type: model, options: { model: x } } }
configs: { one: { content: "a" } }
secrets: { token: { environment: TOKEN } }
volumes: { data: { driver: local, driver_opts: { type: nfs, o: "addr=1" } } }
networks:
  default: { name: x, external: true, ipam: { config: [{ subnet: 10.0.0.0/8, aux_addresses: { a: 10.0.0.2 } }] } }
models: { llm: { model: ai/x, context_size: 1024 } }
`,
    "names from included files": `
include:
  - other.yaml
  - { path: [a.yaml, b.yaml], project_directory: .., env_file: x.env }
services:
  web: { image: x, depends_on: [db], networks: [elsewhere], volumes: ["data:/data"] }
`,
    "aliases in the place of values": `
x-env: &env [A=1]
x-service: &service { image: nginx, networks: [front] }
services:
  one: *service
  two:
    image: &image redis
    environment: *env
  three: { image: *image }
networks: { front: }
`,
    "a version, a name and extensions": `
version: "3.8"
name: shop
x-anything: [1, { a: b }]
services:
  web:
    image: nginx
    x-note: hello
    deploy: { x-more: 1 }
x-dockge:
  urls: [https://example.com]
`,
    "quoted keys and lists in one line": `
"services":
  'web': {"image": "nginx", "ports": ["80:80"], "environment": {"A": "b", "C": 3.5, "D": true}}
`,
    "windows line ends": "services:\r\n  web:\r\n    image: nginx\r\n    ports:\r\n      - 80:80\r\n",
    "several documents": "services:\n  web:\n    image: a\n---\nservices:\n  web:\n    image: b\n",
    "the whole document merged": "x: &x { image: a }\n".replace("x:", "x-a:") + "services: { web: { <<: *x } }\n",
};
