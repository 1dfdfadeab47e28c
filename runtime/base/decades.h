/* A logarithmic scale of whole decades, for bars of numbers of any size: how long a bar is depends on the number and on
 * the decades alone, so that what differs little looks little. Nothing here can fail.
 *
 * Numbers are given by their place, which is their logarithm to the base 10; -INFINITY: a number that is 0. */
#ifndef NET_BASE_DECADES_H
#define NET_BASE_DECADES_H

typedef struct {
    double low, high; /* places, whole numbers; low > high: there are none */
} NetDecades;

enum { NET_BAR_MOST = 100, NET_BAR_TEXT = 3 * NET_BAR_MOST + 1, NET_DECADES_TEXT = 64 };

#define NET_DECADES_NONE ((NetDecades){INFINITY, -INFINITY})

/* Widens the scale for a number; not for one that is 0 or none. It is a decade wide at least. */
void net_decades_widen(NetDecades *decades, double place);

/* The scale as text, "0.001 to 1" with " to " between; "" without one. */
const char *net_decades_text(const NetDecades *decades, const char *between, char out[NET_DECADES_TEXT]);

/* A bar of at most `columns`, which NET_BAR_MOST bounds, to an eighth of one; the least one for what is not 0. Returns
 * the columns that it takes. */
int net_decades_bar(const NetDecades *decades, double place, int columns, char out[NET_BAR_TEXT]);

#endif
