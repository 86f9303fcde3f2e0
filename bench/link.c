// A line between two network namespaces, for benchmarks. It holds packets for half a round trip,
// and has a rate and a loss, so that TCP behaves as on a real line. A proxy of sockets cannot show
// that.
//
// usage: link MS MBIT LOSS
//
// MS: the round trip; MBIT: Mbit/s in each direction (0: no limit); LOSS: the percentage of lost
// packets. Each end is a TUN device: one in the caller's namespace, one in a new namespace, to
// which /proc/PID/ns/net leads. Prints the addresses of both ends, and ends with its standard
// input; then devices and namespace vanish. Needs root.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { SLOTS = 16384, MTU = 1500 };
static const int64_t LONGEST_QUEUE = 100 * 1000000; // ns; packets that would wait longer are dropped, as by a router

struct packet {
    int64_t due;
    ssize_t size;
    char bytes[MTU];
};

struct direction {
    int from, to;
    int64_t free; // when the last packet will have left
    unsigned first, count;
    struct packet *packets;
};

static void must(int is_so, const char *what) {
    if (!is_so) {
        perror(what);
        exit(1);
    }
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * (int64_t)1000000000 + time.tv_nsec;
}

static void set_up(const char *device, unsigned long request, const char *address) {
    struct ifreq wanted = {.ifr_flags = IFF_UP | IFF_RUNNING};
    const int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    strncpy(wanted.ifr_name, device, IFNAMSIZ - 1);
    if (address) {
        struct sockaddr_in inet = {.sin_family = AF_INET};
        inet_pton(AF_INET, address, &inet.sin_addr);
        memcpy(&wanted.ifr_addr, &inet, sizeof inet);
    }
    must(ioctl(any, request, &wanted) == 0, device);
    close(any);
}

// Makes a TUN device in this process's namespace.
static int make_device(const char *own, const char *other) {
    struct ifreq wanted = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    const int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    must(device >= 0, "/dev/net/tun");
    must(ioctl(device, TUNSETIFF, &wanted) == 0, "a TUN device");
    set_up(wanted.ifr_name, SIOCSIFADDR, own);
    set_up(wanted.ifr_name, SIOCSIFDSTADDR, other);
    set_up(wanted.ifr_name, SIOCSIFFLAGS, NULL);
    return device;
}

static void take(struct direction *line, int64_t half, double rate, double loss) {
    struct packet lost, *slot;
    for (;;) {
        const int is_full = line->count == SLOTS;
        slot = is_full ? &lost : &line->packets[(line->first + line->count) % SLOTS];
        slot->size = read(line->from, slot->bytes, MTU);
        if (slot->size <= 0)
            return;
        const int64_t time = now(), start = line->free > time ? line->free : time;
        if (is_full || start - time > LONGEST_QUEUE || drand48() * 100 < loss)
            continue;
        line->free = start + (rate > 0 ? (int64_t)((double)slot->size * 8000 / rate) : 0);
        slot->due = line->free + half;
        ++line->count;
    }
}

// Delivers the packets that are due; returns when the next one is.
static int64_t deliver(struct direction *line) {
    while (line->count > 0 && line->packets[line->first].due <= now()) {
        const struct packet *due = &line->packets[line->first];
        must(write(line->to, due->bytes, (size_t)due->size) == due->size, "write");
        line->first = (line->first + 1) % SLOTS;
        --line->count;
    }
    return line->count > 0 ? line->packets[line->first].due : INT64_MAX;
}

int main(int argc, char **argv) {
    must(argc == 4, "usage: link MS MBIT LOSS");
    const int64_t half = (int64_t)(atof(argv[1]) * 500000);
    const double rate = atof(argv[2]), loss = atof(argv[3]);
    char near[32], far[32]; // of 198.18.0.0/15, which is for benchmarks (RFC 2544)
    const unsigned number = (unsigned)getpid() * 4;
    snprintf(near, sizeof near, "198.18.%u.%u", number / 256 % 256, number % 256 + 1);
    snprintf(far, sizeof far, "198.18.%u.%u", number / 256 % 256, number % 256 + 2);
    const int there = make_device(far, near);
    must(unshare(CLONE_NEWNET) == 0, "a network namespace");
    const int here = make_device(near, far);
    set_up("lo", SIOCSIFFLAGS, NULL);
    prctl(PR_SET_TIMERSLACK, 1);
    srand48(number);
    struct direction up = {.from = here, .to = there, .packets = calloc(SLOTS, sizeof(struct packet))};
    struct direction down = {.from = there, .to = here, .packets = calloc(SLOTS, sizeof(struct packet))};
    must(up.packets && down.packets, "memory");
    printf("%s %s\n", near, far);
    fflush(stdout);
    struct pollfd ready[] = {{.fd = here, .events = POLLIN}, {.fd = there, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
    while (!ready[2].revents) {
        const int64_t first = deliver(&up), second = deliver(&down), due = first < second ? first : second;
        const int64_t wait = due - now() > 0 ? due - now() : 0;
        const struct timespec rest = {.tv_sec = wait / 1000000000, .tv_nsec = wait % 1000000000};
        ppoll(ready, 3, due == INT64_MAX ? NULL : &rest, NULL);
        take(&up, half, rate, loss);
        take(&down, half, rate, loss);
    }
    return 0;
}
