/* What the same work costs in C: read 256 KiB at a time, walk the pcap records, decode Ethernet [802.1Q] IPv4 {TCP,UDP}
 * [VXLAN Ethernet IPv4 {TCP,UDP}] into a struct of facts with the IPv4 header checksum verified, and find the innermost
 * five-tuple in an open-addressing table, in batches and prefetched. With -DWITH_LIBPCAP libpcap reads the file instead.
 * Prints: packets, flows, a sum over facts (equal to that of the decoder it is compared with), nanoseconds passed, nanoseconds of CPU. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#ifdef WITH_LIBPCAP
#include <pcap/pcap.h>
#endif

struct facts {
    uint64_t source_high, source, destination_high, destination, source_mac, destination_mac;
    int64_t vni;
    uint32_t id, seq, ack, tsval, tsecr;
    int total_length, header_offset, transport_offset, payload_offset, payload_length;
    uint16_t sport, dport, fragment, flags, tcp_flags, window;
    int16_t vlan;
    uint8_t protocol, ttl, tos, encapsulation;
};

struct slot { uint32_t hash, number; };
struct key { uint64_t addresses, ports; };
static struct key *keys;
static uint32_t keys_size;

static struct slot *table;
static uint32_t mask, used;
static struct facts packets[8];

static inline uint16_t be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static inline uint32_t be32(const uint8_t *p) { uint32_t v; memcpy(&v, p, 4); return __builtin_bswap32(v); }
static inline uint64_t mac48(const uint8_t *p) { return (uint64_t)be16(p) << 32 | be32(p + 2); }

static void grow(void) {
    uint32_t size = (mask + 1) * 2;
    struct slot *old = table;
    table = calloc(size, sizeof *table);
    for (uint32_t i = 0; i <= mask && old; i++)
        if (old[i].number) {
            uint32_t at = old[i].hash & (size - 1);
            while (table[at].number) at = (at + 1) & (size - 1);
            table[at] = old[i];
        }
    mask = size - 1;
    free(old);
}

/* Tuples wait until there are enough of them for the memory to answer many questions at a time. */
enum { BATCH = 64 };
static struct key waiting[BATCH];
static uint32_t hashes[BATCH], numbers[BATCH], waiting_count;

static uint32_t find_slowly(const struct key *k, uint32_t hash) {
    uint32_t at = hash & mask;
    for (; table[at].number; at = (at + 1) & mask)
        if (table[at].hash == hash && keys[table[at].number].addresses == k->addresses && keys[table[at].number].ports == k->ports) return table[at].number;
    if (++used == keys_size) keys = realloc(keys, (keys_size *= 2) * sizeof *keys);
    keys[used] = *k;
    table[at] = (struct slot){hash, used};
    if (used * 2 > mask) grow();
    return used;
}

static uint64_t count, sum;

static void flush(void) {
    for (uint32_t i = 0; i < waiting_count; i++) {
        struct slot s = table[hashes[i] & mask];
        numbers[i] = s.hash == hashes[i] ? s.number : 0;
        __builtin_prefetch(&keys[numbers[i]]);
    }
    for (uint32_t i = 0; i < waiting_count; i++) {
        struct key *k = &waiting[i], *known = &keys[numbers[i]];
        if ((k->addresses ^ known->addresses) | (k->ports ^ known->ports)) numbers[i] = find_slowly(k, hashes[i]);
        sum += (uint64_t)numbers[i] * 31;
    }
    waiting_count = 0;
}

static inline void find(const struct facts *f) {
    uint64_t addresses = f->source << 32 | (uint32_t)f->destination;
    uint64_t ports = (uint64_t)f->sport << 24 | (uint64_t)f->dport << 8 | f->protocol;
    unsigned __int128 product = (unsigned __int128)(addresses ^ 0x9E3779B97F4A7C15u) * (ports ^ 0xD6E8FEB86659FD93u);
    uint64_t h = (uint64_t)product ^ (uint64_t)(product >> 64);
    uint32_t hash = (uint32_t)(h ^ h >> 32);
    __builtin_prefetch(&table[hash & mask]);
    waiting[waiting_count] = (struct key){addresses, ports};
    hashes[waiting_count] = hash;
    if (++waiting_count == BATCH) flush();
}

/* Number of packets decoded; anything else than the common stack is not. */
static inline int decode(const uint8_t *p, int captured, int wire) {
    int n = 0, at = 0, end = wire;
    int64_t vni = -1;
    for (;;) {
        int have = end < captured ? end : captured;
        if (have - at < 34) return n;
        struct facts *f = &packets[n];
        f->destination_mac = mac48(p + at);
        f->source_mac = mac48(p + at + 6);
        f->vlan = -1;
        f->vni = vni;
        f->encapsulation = n != 0;
        uint16_t type = be16(p + at + 12);
        at += 14;
        if (type == 0x8100) { f->vlan = be16(p + at) & 0xFFF; type = be16(p + at + 2); at += 4; }
        if (type != 0x0800 || have - at < 20 || (p[at] >> 4) != 4) return n;
        const uint8_t *ip = p + at;
        int header = (ip[0] & 15) * 4, total = be16(ip + 2);
        if (header < 20 || total < header || total > end - at || header > have - at) return n;
        uint64_t sum = 0;
        for (int i = 0; i < header; i += 4) { uint32_t w; memcpy(&w, ip + i, 4); sum += w; }
        sum = (sum & 0xFFFFFFFF) + (sum >> 32); sum = (sum & 0xFFFFFFFF) + (sum >> 32);
        sum = (sum & 0xFFFF) + (sum >> 16); sum = (sum & 0xFFFF) + (sum >> 16);
        f->tos = ip[1]; f->total_length = total; f->id = be16(ip + 4);
        uint16_t fragment = be16(ip + 6);
        f->fragment = (uint16_t)((fragment & 0x1FFF) << 3);
        f->flags = (uint16_t)(fragment >> 13 | (sum != 0xFFFF) << 6);
        f->ttl = ip[8]; f->protocol = ip[9];
        f->source_high = f->destination_high = 0xFFFF000000000004;
        f->source = be32(ip + 12); f->destination = be32(ip + 16);
        f->header_offset = at;
        end = at + total;
        have = end < captured ? end : captured;
        at += header;
        f->transport_offset = at;
        f->sport = f->dport = 0; f->seq = f->ack = f->tsval = f->tsecr = 0; f->tcp_flags = f->window = 0;
        f->payload_offset = at; f->payload_length = end - at;
        n++;
        if (f->fragment) return n;
        const uint8_t *t = p + at;
        if (f->protocol == 6) {
            if (have - at < 20) return n;
            int length = t[12] >> 4 << 2;
            f->sport = be16(t); f->dport = be16(t + 2); f->seq = be32(t + 4); f->ack = be32(t + 8);
            f->tcp_flags = be16(t + 12) & 0x1FF; f->window = be16(t + 14);
            if (length < 20 || length > f->payload_length) return n;
            if (length >= 32 && have - at >= 32 && be32(t + 20) == 0x0101080A) { f->tsval = be32(t + 24); f->tsecr = be32(t + 28); }
            f->payload_offset += length; f->payload_length -= length;
            return n;
        }
        if (f->protocol != 17 || have - at < 8) return n;
        f->sport = be16(t); f->dport = be16(t + 2);
        int length = be16(t + 4);
        if (length < 8 || length > f->payload_length) return n;
        f->payload_offset += 8; f->payload_length = length - 8;
        if ((f->dport != 8472 && f->dport != 4789) || have - at < 16 || !(t[8] & 8)) return n;
        vni = be32(t + 12) >> 8;
        end = at + length;
        at += 16;
        if (n == 8) return n;
    }
}

static inline void take(const uint8_t *p, int captured, int wire) {
    int n = decode(p, captured, wire);
    count++;
    if (n) { struct facts *f = &packets[n - 1]; find(f); sum += f->seq + (uint32_t)f->payload_length + (uint64_t)f->tsval; }
}

int main(int argc, char **argv) {
    struct timespec a, b;
    if (argc < 2) return 2;
    mask = 511; grow(); keys = calloc(keys_size = 1024, sizeof *keys);
    clock_gettime(CLOCK_MONOTONIC, &a);
#ifdef WITH_LIBPCAP
    char error[PCAP_ERRBUF_SIZE];
    pcap_t *pcap = pcap_open_offline_with_tstamp_precision(argv[1], PCAP_TSTAMP_PRECISION_NANO, error);
    if (!pcap) { fprintf(stderr, "%s\n", error); return 2; }
    struct pcap_pkthdr *header; const u_char *data;
    while (pcap_next_ex(pcap, &header, &data) == 1) take(data, (int)header->caplen, (int)header->len);
#else
    enum { CARRY = 65536, READ = 262144 };
    uint8_t *buffer = aligned_alloc(4096, CARRY + READ);
    int fd = open(argv[1], O_RDONLY);
    if (fd < 0 || !buffer) { perror(argv[1]); return 2; }
    uint8_t *start = buffer + CARRY, *end = start;
    ssize_t got = read(fd, end, READ);
    if (got < 24) return 2;
    start += 24; end += got;
    for (;;) {
        uint32_t captured = 0, wire = 0;
        while (end - start >= 16) {
            memcpy(&captured, start + 8, 4); memcpy(&wire, start + 12, 4);
            if (captured > CARRY - 16) return 3;
            if ((size_t)(end - start) - 16 < captured) break;
            take(start + 16, (int)captured, (int)wire);
            start += 16 + captured;
        }
        size_t left = (size_t)(end - start);
        memmove(buffer + CARRY - left, start, left);
        start = buffer + CARRY - left; end = buffer + CARRY;
        got = read(fd, end, READ);
        if (got <= 0) break;
        end += got;
    }
#endif
    flush();
    clock_gettime(CLOCK_MONOTONIC, &b);
    struct timespec cpu;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    printf("%llu %u %llu %lld %lld\n", (unsigned long long)count, used, (unsigned long long)sum,
        (long long)(b.tv_sec - a.tv_sec) * 1000000000LL + (b.tv_nsec - a.tv_nsec),
        (long long)cpu.tv_sec * 1000000000LL + cpu.tv_nsec);
    return 0;
}
